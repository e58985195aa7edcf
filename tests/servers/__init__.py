"""Real HTTP servers on loopback that do what servers out there do, well or badly."""
