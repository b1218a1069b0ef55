"""What is decided and how it is counted: pure functions over frozen data, without a table, a file or a clock."""
