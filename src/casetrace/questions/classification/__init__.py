"""Does the case meet the classification criteria?"""
