"""What must hold at the end of train_your_own.ipynb; run in its kernel."""

import pathlib

names = globals()
explanation, model = names["explanation"], names["model"]
exported = pathlib.Path(names["RUN"]) / "export" / "1"
assert model.provenance["model"] == str(exported), model.provenance
assert explanation.coordinates.shape == (4, 4), explanation.coordinates.shape
assert explanation.class_names == ("bright", "dark"), explanation.class_names
for image_id in explanation.image_ids:
    assert names["folder"] in pathlib.Path(image_id).parents
assert (pathlib.Path(names["RUN"]) / "explanation.html").is_file()
assert "<figure>" in explanation._repr_html_()
print("checked")
