"""How do the cases compare?"""
