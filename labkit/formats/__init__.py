"""How tables lie in files: what a reader reads, and where a file keeps what."""
