"""How one network is trained: the loop, its step, schedule, augmentation, losses, metrics, weights."""
