"""How does the case stand beside what is published?"""
