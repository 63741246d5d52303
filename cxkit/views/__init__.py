"""Small table in, picture out. Views never query; every picture is a standalone SVG that serves light and dark."""
