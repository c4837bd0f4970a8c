"""What stands in deploy/, and what the documents tell whoever sets Parley up."""
