"""How did the illness run?"""
