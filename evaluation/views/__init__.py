"""Pages: a view turns a request into objects, makes one domain call, and turns the answer into a response."""
