"""Everything that reads what strangers write, given what nobody would write."""
