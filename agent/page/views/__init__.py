"""What the page shows: results, people, posts and answers as HTML."""
