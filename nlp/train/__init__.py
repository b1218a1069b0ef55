"""How the shipped model is made and measured. Training texts never enter the repository, only what was learned."""
