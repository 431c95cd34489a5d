"""Who is let in: the token, sessions, and what every request has to be like before anything looks at it."""
