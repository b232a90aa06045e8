"""What is taught: the exercises, one file a lesson, and what PyTorch says of them."""
