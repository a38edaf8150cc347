"""Reading files: path in, `Document` out. One loader a format."""
