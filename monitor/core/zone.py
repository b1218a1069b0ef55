"""The zone in which days, weeks and hours of the municipality are counted."""

from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Stockholm")
