"""What is kept of people and what people wrote: shown to whom it concerns, erased, handed out as public record."""
