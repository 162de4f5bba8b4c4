"""Images and targets to train on, free of torch: datasets, objectives, readers, rendered scenes."""
