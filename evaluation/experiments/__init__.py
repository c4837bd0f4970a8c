"""An experiment of many steps: its file, running it, its page; the demo."""
