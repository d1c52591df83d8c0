"""What an audit found, and how it is shown: findings, report, terminal, page."""
