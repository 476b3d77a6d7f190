"""Where the posts of a build are analysed: in this process, or on the machines of a Ray cluster."""
