"""How much treatment did the patient receive?"""
