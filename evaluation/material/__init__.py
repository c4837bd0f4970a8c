"""What a study is made of, gathered from files and checked; pairs with a known answer."""
