"""Small pictures: the same answers for a column of some 430 pixels beside other pictures, without a heading."""
