"""An open study changed on the record: amended, extended, registered."""
