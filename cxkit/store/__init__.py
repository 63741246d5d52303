"""The journey store: any source becomes one prepared folder of Parquet tables."""
