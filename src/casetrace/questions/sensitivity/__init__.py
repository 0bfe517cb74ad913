"""What hangs on how the report is read?"""
