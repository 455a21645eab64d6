"""What database engines do, counted: rows visited, steps taken, bytes to read, rows left."""
