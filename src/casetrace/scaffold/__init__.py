"""A folder for a case of your own, with a worked row in every table."""

from casetrace.scaffold.new import EXAMPLE, create, make_folder, place_of

__all__ = ["EXAMPLE", "create", "make_folder", "place_of"]
