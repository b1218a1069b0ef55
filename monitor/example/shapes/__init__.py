"""The forms in which the services of the example answer; the texts stand in `monitor/example/content`."""
