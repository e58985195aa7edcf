"""What is held besides what is open: who counts it, finds it, and takes it out and in as a table."""
