"""Did the patient respond, and by which measure?"""
