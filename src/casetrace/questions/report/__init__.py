"""What does the report say, and what does it leave out?"""
