//! In which country an address is: a table that is built beforehand and looked up at the edge.
