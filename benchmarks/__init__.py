"""What is fast, measured: a generator of order lines, the queries behind the cards, a page side by side with a bare one."""
