"""node2vec over operation graphs: walks, words, skip-gram, pooling, and axes that all architectures share."""
