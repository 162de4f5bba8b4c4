"""What the parts of a supernet are made of: one file per family of search spaces (`ktnas.training.supernet`)."""
