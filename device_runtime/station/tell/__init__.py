"""What a station tells of itself: lines for people, JSON for journald, systemd's watchdog, metrics, a dashboard."""
