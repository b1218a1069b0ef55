"""The pages, one module for each; every module has a `router`."""
