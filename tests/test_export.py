"""A case on its way out: what each format holds of it, what is listed as lost, and the way back."""

import contextlib
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, TOY_TABLES, casetrace, csv_text, opened, snapshot
from fhir.resources.R4B.bundle import Bundle
from google.protobuf.json_format import ParseDict
from jsonschema import Draft6Validator
from phenopackets import Phenopacket
from varied import varied

from casetrace import cli
from casetrace.case.fields import measured
from casetrace.case.load import check, load
from casetrace.case.problems import CaseError, UsageError
from casetrace.case.project import Project
from casetrace.case.rows import TABLES, columns
from casetrace.exchange import import_case
from casetrace.exchange.fhir_names import RELATIVE
from casetrace.exchange.made import cells_of
from casetrace.exchange.rules import faults
from casetrace.exchange.to_fhir import bundle
from casetrace.exchange.to_phenopacket import phenopacket
from casetrace.exchange.write import FORMATS, LOSSES, export_case, written_as
from casetrace.quantity import parse
from casetrace.quantity.units import UnitError

CASES = Project(ROOT).cases()
NOON = "2026-01-01T12:00:00Z"


@pytest.fixture
def house(tmp_path):
    """A project with the reference tables of this one and no case."""
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "data" / "reference", tmp_path / "data" / "reference")
    return Project(tmp_path)


def brought_back(case, to, house):
    """A case that was exported and imported again, and what was listed as lost."""
    files, lost = written_as(case, to)
    folder = house.root / to
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    name = "datapackage.json" if to == "datapackage" else f"{case.id}.json"
    import_case(folder / name, "back-2026", house)
    assert check("back-2026", house)[0] == []
    return load("back-2026", where=house), {(loss.row, loss.field) for loss in lost}


def said(table, cells, name):
    """A cell by what it says: a number as its bounds in one unit for its kind."""
    text, units = cells.get(name, ""), measured(TABLES[table])
    if name not in units or not text:
        return text
    q = parse(text, cells.get(units[name].column, "") or "1")
    with contextlib.suppress(UnitError):
        q = q.to("d")
    low, high = (f"{end:.9g}" for end in (q.low, q.high))
    return (low, high, q.low_closed, q.high_closed, q.about, q.unit)


def unlisted(case, back, lost):
    """Cells of a case that neither came back under the id of their row nor are listed as lost."""
    found = []
    for table in ("observations", "findings", "treatments", "motor"):
        for row in case.rows[table]:
            source, cells = f"{table}/{row.id}", cells_of(case, table, row)
            if (source, "") in lost:
                continue
            other = back.written(table, row.id)
            units = {about.column for about in measured(TABLES[table]).values()}
            for name in cells:
                is_same = said(table, cells, name) == said(table, other, name)
                is_unit = name in units  # it is compared with its numbers
                if not (is_same or is_unit or (source, name) in lost or ("*/*", name) in lost):
                    found.append((source, name, cells[name], other[name]))
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_bundle_brings_every_cell_back_that_is_not_listed(name, house):
    case = opened(name)
    back, lost = brought_back(case, "fhir", house)
    assert unlisted(case, back, lost) == []
    fields = {field for row, field in lost if row.startswith("observations/")}
    times = {"clock", "time", "time_unit", "time_as_reported"}
    assert fields <= {"occasion", "unit_as_reported", *times}
    for part in ("name", "code", "place", "as_reported"):
        assert getattr(back.head.diagnosis, part) == getattr(case.head.diagnosis, part)
    assert back.head.subject.age == case.head.subject.age
    assert [c.id for c in back.head.clocks] == [c.id for c in case.head.clocks]
    assert [c.gap for c in back.head.clocks] == [c.gap for c in case.head.clocks]


@pytest.mark.parametrize("name", CASES)
def test_a_phenopacket_brings_every_value_back(name, house):
    """Its rows have no id: what is compared is what is measured, in the order of the table."""
    case = opened(name)
    back, lost = brought_back(case, "phenopacket", house)
    one, other = (c.rows.observations for c in (case, back))
    assert [(q.value.text() if q.value else q.result) for q in one] == [
        (q.value.text() if q.value else q.result) for q in other
    ]
    assert [q.as_reported for q in one] == [q.as_reported for q in other]
    states = {"observed", "excluded"}
    told = [f for f in case.rows.findings if (f"findings/{f.id}", "") not in lost]
    assert sorted(f.state for f in told) == sorted(f.state for f in back.rows.findings)
    assert {f.state for f in told} == states
    for finding in case.rows.findings:
        if finding.state not in states:
            assert finding not in told
    doses = [
        [t.dose.text() if t.dose and (f"treatments/{t.id}", "dose") not in lost else ""
         for t in c.rows.treatments]
        for c in (case, back)
    ]  # fmt: skip
    assert doses[0] == doses[1]


@pytest.mark.parametrize("name", CASES)
def test_a_data_package_brings_all_back(name, house):
    back, lost = brought_back(opened(name), "datapackage", house)
    assert lost == set()
    there = ROOT / "data" / name
    for path in there.iterdir():
        if path.name != "case.yaml":
            assert (house.data / back.id / path.name).read_bytes() == path.read_bytes()
    one, other = (
        yaml.safe_load((folder / "case.yaml").read_text())
        for folder in (there, house.data / back.id)
    )
    assert other == {**one, "id": back.id}


@pytest.mark.parametrize("seed", range(40))
def test_a_made_up_case_comes_back_but_for_what_is_listed(seed, house):
    head, tables = varied(seed)
    folder = house.data / head["id"]
    folder.mkdir()
    (folder / "case.yaml").write_text(yaml.safe_dump(head, sort_keys=False))
    for table, model in TABLES.items():
        (folder / f"{table}.csv").write_text(csv_text(columns(model), tables.get(table, [])))
    try:
        case = load(head["id"], where=house)
    except CaseError:
        pytest.skip("this one does not hold")
    back, lost = brought_back(case, "fhir", house)
    assert unlisted(case, back, lost) == []
    shutil.rmtree(house.data / back.id)
    back, _ = brought_back(case, "phenopacket", house)
    assert [q.value.text() for q in case.rows.observations if q.value] == [
        q.value.text() for q in back.rows.observations if q.value
    ]


# --- what stands in a file


def values_of(content):
    """What each observation of a Bundle says, by its id."""
    return {
        r["id"]: {key: value for key, value in r.items() if key.startswith("value")}
        for entry in content["entry"]
        if (r := entry["resource"])["resourceType"] == "Observation"
    }


def test_a_bundle_says_bounds_as_comparators_ranges_and_words():
    found = values_of(bundle(opened()).content)
    unit = {"unit": "U/L", "system": "http://unitsofmeasure.org", "code": "U/L"}
    assert found["observations-ck.presentation"] == {"valueQuantity": {"value": 14420, **unit}}
    assert found["observations-ck.relapse"] == {
        "valueQuantity": {"value": 8000, **unit, "comparator": ">"}
    }
    assert found["observations-ck.after-prednisolone"] == {"valueString": "about 1000 U/L"}
    assert found["observations-ck.on-ivig"] == {
        "valueRange": {"low": {"value": 4000, **unit}, "high": {"value": 5000, **unit}}
    }
    assert found["findings-jo-one"] == {"valueBoolean": False}
    assert found["findings-gottron-sign"] == {}


def test_times_are_offsets_and_words_are_quoted():
    content = bundle(opened()).content
    held = {e["resource"]["id"]: e for e in content["entry"]}
    after = held["observations-ck.after-prednisolone"]["resource"]["_effectiveDateTime"]
    (extension,) = after["extension"]
    parts = {p["url"]: p for p in extension["extension"]}
    assert extension["url"] == RELATIVE
    assert parts["target"]["valueReference"]["reference"] == held["clock-prednisolone"]["fullUrl"]
    assert parts["relationship"]["valueCode"] == "after"
    assert parts["offset"]["valueDuration"]["value"] == 1.5
    assert parts["offset"]["valueDuration"]["code"] == "mo"
    gap = held["clock-relapse"]["resource"]["_effectiveDateTime"]["extension"][0]["extension"][3]
    assert gap["valueDuration"]["comparator"] == ">="
    quotation = held["words-observations-ck.relapse"]["resource"]["entity"][0]
    assert quotation["role"] == "quotation"
    assert quotation["what"]["display"] == "Case report, paragraph 2: “to more than 8,000”"


def offsets(content, name):
    """Relationship and offset of each relative time of a resource, by the key that holds it."""
    (resource,) = (e["resource"] for e in content["entry"] if e["resource"]["id"] == name)
    period = next((resource[k] for k in resource if k.endswith("Period")), {})
    found = {}
    for key, held in {**resource, **period}.items():
        for extension in held.get("extension", ()) if isinstance(held, dict) else ():
            if extension["url"] == RELATIVE:
                parts = {p["url"]: p for p in extension["extension"]}
                (offset,) = (v for k, v in parts["offset"].items() if k != "url")
                found[key] = (
                    parts["targetPath"]["valueString"],
                    parts["relationship"]["valueCode"],
                    offset.get("comparator", ""),
                    offset.get("value"),
                )
    return found


def toy_with(toy, **tables):
    """The toy case with more rows."""
    for name, more in tables.items():
        text = csv_text(columns(TABLES[name]), [*TOY_TABLES.get(name, []), *more])
        (toy.data / "toy-2000" / f"{name}.csv").write_text(text)
    assert check("toy-2000", toy)[0] == []
    return load("toy-2000", where=toy)


def finding(name, **cells):
    return {"id": name, "name": name.replace("_", " "), "kind": "sign", "state": "observed",
            "place": "Case report", "as_reported": "as it says", **cells}  # fmt: skip


def at(text, unit="d", key="time"):
    return {"clock": "admission", key: text, "time_unit": unit}


@pytest.mark.parametrize(
    ("time", "told"),
    [
        ("-3", ("before", "", 3)),
        ("at most 0", ("before", ">=", 0)),
        ("at least -2", None),  # reaches from before to after
        ("less than -2", ("before", ">", 2)),
        ("0", ("concurrent", "", 0)),
        ("more than 4", ("after", ">", 4)),
        ("at most 4", None),  # it may lie before the event
        ("about 4", None),
    ],
)
def test_a_time_before_an_event_is_said_to_be_before_it(toy, time, told):
    case = toy_with(toy, findings=[finding("pruritus", **at(time))])
    found = offsets(bundle(case).content, "findings-pruritus")
    if told is None:
        assert found == {}
        assert ("findings/pruritus", "time") in bundle(case).why
    else:
        assert found == {"_effectiveDateTime": ("effectiveDateTime", *told)}
    shutil.rmtree(toy.data / "back-2026", ignore_errors=True)
    back, lost = brought_back(case, "fhir", toy)
    assert unlisted(case, back, lost) == []


def test_times_counted_from_a_row_name_where_its_time_stands(toy):
    lasted = finding("pyrexia", **at("1", key="start"))
    after = finding("chill", clock="findings/pyrexia", time="2", time_unit="d")
    disease = finding("sepsis", kind="diagnosis", **at("3"))
    later = finding("hoarseness", clock="findings/sepsis", time="1", time_unit="d")
    content = bundle(toy_with(toy, findings=[lasted, after, disease, later])).content
    assert offsets(content, "findings-chill")["_effectiveDateTime"][0] == "effectivePeriod.start"
    assert offsets(content, "findings-hoarseness")["_effectiveDateTime"][0] == "recordedDate"


def test_a_diagnosis_is_recorded_at_its_time_and_no_onset_is_made_of_it(toy):
    rows = [
        finding("sepsis", kind="diagnosis", **at("3")),
        finding("shock", kind="diagnosis", clock="admission", start="1", stop="4", time_unit="d"),
        finding("anaemia", kind="diagnosis", clock="admission", start="1", stop="at least 4",
                time_unit="d"),
    ]  # fmt: skip
    made = bundle(toy_with(toy, findings=rows))
    held = {e["resource"]["id"]: e["resource"] for e in made.content["entry"]}
    assert set(offsets(made.content, "findings-sepsis")) == {"_recordedDate"}
    assert set(offsets(made.content, "findings-shock")) == {"_onsetDateTime", "_abatementDateTime"}
    code = held["findings-shock"]["clinicalStatus"]["coding"][0]["code"]
    assert code == "resolved"  # an abatement needs it (con-4)
    assert set(offsets(made.content, "findings-anaemia")) == {"_onsetDateTime"}
    assert ("findings/anaemia", "stop") in made.why


def test_no_two_resources_have_one_address_however_long_their_ids(toy):
    long = "sign_of_a_very_long_name_that_is_cut_where_an_id_ends_"
    rows = [finding(f"{long}{end}", **at("1")) for end in ("one", "two")]
    content = bundle(toy_with(toy, findings=rows)).content
    ids = [e["resource"]["id"] for e in content["entry"]]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", one) for one in ids)
    assert faults(content, {}) == []
    content["entry"].append(content["entry"][0])
    content["entry"][1]["resource"]["author"] = [{"reference": "urn:nowhere"}]
    assert [fault.partition(" urn")[0] for fault in faults(content, {})] == [
        "entry: two resources have the address", "entry: no resource has the address",
    ]  # fmt: skip


def test_a_dose_that_is_no_rate_is_none_and_a_drug_has_the_codes_of_its_substance(toy):
    row = {"id": "steroid.once", "drug": "tablet", "name": "tablet", "dose": "25",
           "dose_unit": "mg", "place": "Case report", "as_reported": "25 mg"}  # fmt: skip
    content = bundle(toy_with(toy, treatments=[{**row, "id": "tablet.once"}])).content
    held = {e["resource"]["id"]: e["resource"] for e in content["entry"]}
    step = held["treatments-tablet.once"]
    (dose,) = step["dosage"][0]["doseAndRate"]
    assert list(dose) == ["doseQuantity"]
    real = bundle(opened()).content
    (step,) = (e["resource"] for e in real["entry"]
               if e["resource"]["id"] == "treatments-ivig.first-block")  # fmt: skip
    codes = {c["display"]: c["code"] for c in step["medicationCodeableConcept"]["coding"]}
    assert codes == {"immunoglobulins, normal human, for intravascular adm.": "J06BA02"}


def test_what_is_found_at_one_time_and_not_at_another_is_not_told_as_both():
    """Muscle bulk was normal at presentation, and atrophic at relapse: the schema has no time."""
    made = phenopacket(opened(), NOON)
    told = [f for f in made.content["phenotypicFeatures"] if f["type"]["id"] == "HP:0003202"]
    assert [f.get("excluded", False) for f in told] == [False]
    assert "another time" in made.why["findings/atrophy_presentation", ""]


@pytest.mark.parametrize("drug", ["pulse", "steroid"])
def test_an_adverse_event_goes_with_a_step_only_if_it_is_known_which(toy, drug):
    event = finding("nausea", kind="adverse event", related_to=drug)
    made = phenopacket(toy_with(toy, findings=[event]), NOON)
    steps = [t for t in made.case.rows.treatments if t.drug == drug]
    held = [a for a in made.content["medicalActions"] if "adverseEvents" in a]
    assert len(held) == (1 if len(steps) == 1 else 0)
    if not held:
        labels = [f["type"]["label"] for f in made.content["phenotypicFeatures"]]
        assert "nausea" in labels
        assert "not known" in made.why["findings/nausea", "related_to"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "6 times, every 6 wk, a day, on 5 days"),
        ({"ivig_dose": "per-course"}, "6 times, every 6 wk, in all, over 5 days"),
    ],
)
def test_a_schedule_says_whether_the_dose_is_that_of_a_day(options, words):
    content = phenopacket(opened().under(options), NOON).content
    told = [
        dose["scheduleFrequency"]["label"]
        for action in content["medicalActions"]
        for dose in action.get("treatment", {}).get("doseIntervals", ())
        if "scheduleFrequency" in dose
    ]
    assert told[0] == words


def test_courses_are_a_timing_that_repeats_and_a_reading_changes_the_dose():
    for options, dose in (
        ({}, {"rateQuantity": {"value": 400, "code": "mg/kg/d"}}),
        ({"ivig_dose": "per-course"}, {"doseQuantity": {"value": 400, "code": "mg/kg"}}),
    ):
        content = bundle(opened().under(options)).content
        (step,) = (
            e["resource"]
            for e in content["entry"]
            if e["resource"]["id"] == "treatments-ivig.first-block"
        )
        (dosage,) = step["dosage"]
        assert dosage["timing"]["repeat"] == {
            "count": 6, "duration": 5, "durationUnit": "d", "frequency": 1, "period": 6,
            "periodUnit": "wk",
        }  # fmt: skip
        ((kind, held),) = dosage["doseAndRate"][0].items()
        assert {kind: {k: held[k] for k in ("value", "code")}} == dose


def test_a_phenopacket_never_tells_a_bound_as_a_number():
    content = phenopacket(opened(), NOON).content
    told = {m["description"]: m for m in content["measurements"]}
    relapse = told["Case report, paragraph 2: “to more than 8,000”"]
    assert "value" not in relapse
    ((kind, value),) = (
        (one["type"]["label"], one["quantity"]["value"])
        for one in relapse["complexValue"]["typedQuantities"]
    )
    assert (kind, value) == ("minimum, not itself possible", 8000)
    exact = told["Case report, paragraph 1: “(CPK) = 14,420 IU/l”"]
    assert exact["value"]["quantity"]["value"] == 14420
    features = {f["type"]["label"]: f for f in content["phenotypicFeatures"]}
    assert features["Anti-histidyl tRNA synthetase antibody positivity"]["excluded"] is True
    assert "excluded" not in features["Gowers sign"]
    assert not any("gottron" in label.lower() for label in features)  # not reported


def dates_in(held, key=""):
    """Every date, with its key; the version of a terminology is none."""
    if isinstance(held, dict):
        return [found for k, one in held.items() for found in dates_in(one, k)]
    if isinstance(held, list):
        return [found for one in held for found in dates_in(one, key)]
    is_date = re.fullmatch(r"(19|20)\d\d(-\d\d(-\d\d.*)?)?", str(held))
    return [(key, held)] if is_date and isinstance(held, str) and key != "version" else []


@pytest.mark.parametrize("name", CASES)
def test_no_date_is_made_up(name):
    case = opened(name)
    assert dates_in(bundle(case).content) == []
    content = phenopacket(case, NOON).content
    assert dates_in(content) == [("created", NOON)]
    assert dates_in({"onset": "1999-12-31"}) == [("onset", "1999-12-31")]


@pytest.mark.parametrize("name", CASES)
def test_the_parsers_of_the_formats_take_what_is_written(name):
    case = opened(name)
    content = bundle(case).content
    Bundle.model_validate(content)
    assert faults(content, bundle(case).labels) == []
    packet = ParseDict(phenopacket(case, NOON).content, Phenopacket())
    assert packet.subject.id == "patient"


SCHEMA = next(ROOT.glob("build/fhir/node_modules/@asymmetrik/*/fhir.schema.json"), None)


@pytest.mark.skipif(SCHEMA is None, reason="the schema of FHIR R4 is not here (.ci/run brings it)")
@pytest.mark.parametrize("name", CASES)
def test_every_resource_holds_to_the_schema_of_fhir(name):
    schema = json.loads(SCHEMA.read_text())

    def wrong(resource):
        kind = {"$ref": f"#/definitions/{resource['resourceType']}"}
        held = {**kind, "definitions": schema["definitions"]}
        return [error.message for error in Draft6Validator(held).iter_errors(resource)]

    for entry in bundle(opened(name)).content["entry"]:
        assert wrong(entry["resource"]) == []
    assert wrong({"resourceType": "Patient", "sex": "female"}) != []


def test_a_data_package_is_described_by_the_models():
    files, _ = written_as(opened(), "datapackage")
    content = json.loads(files["datapackage.json"])
    held = {r["path"]: r for r in content["resources"]}
    fields = {f["name"]: f for f in held["findings.csv"]["schema"]["fields"]}
    assert held["findings.csv"]["schema"]["primaryKey"] == "id"
    assert fields["state"]["constraints"]["enum"] == [
        "observed", "excluded", "ambiguous", "not reported",
    ]  # fmt: skip
    assert fields["kind"]["constraints"]["required"] is True
    header = (ROOT / "data/imataka-2014/findings.csv").read_text().partition("\n")[0]
    assert list(fields) == header.split(",")
    assert {*held} == {p.name for p in (ROOT / "data/imataka-2014").iterdir()}


def test_a_crate_names_what_went_in_and_what_came_out():
    files, lost = written_as(opened(), "ro-crate")
    graph = {e["@id"]: e for e in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    action = graph["#build-imataka-2014"]
    assert action["instrument"] == {"@id": "#casetrace"}
    assert {"@id": "data/imataka-2014/case.yaml"} in action["object"]
    assert {"@id": "reports/imataka-2014/index.html"} in action["result"]
    assert graph["./"]["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert graph["./"]["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.5"}
    assert graph["#report-imataka-2014"]["author"] == "Imataka G, Arisaka O"
    for name, content in files.items():
        if name in graph and "sha256" in graph[name]:
            assert len(content) == int(graph[name]["contentSize"])
    assert lost == []
    with pytest.raises(UsageError, match="at the curator's options"):
        written_as(opened().under({"ivig_dose": "per-course"}), "ro-crate")


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_case_gives_the_same_bytes(to):
    assert written_as(opened(), to) == written_as(opened(), to)


# --- rules, and refusals


TERM = {"id": "HP:0002515", "label": "Waddling gait"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"type": {"id": "HP:0002515", "label": "Fever"}}, "is 'Waddling gait' in codes.csv"),
        ({"coding": [{"code": "2157-6", "display": "Glucose"}]}, "is 'Creatine kinase"),
        ({"type": {"id": "", "label": "Fever"}}, "needs its id and its label"),
        ({"referenceRange": {"low": 5, "high": 2}}, "low lies after high"),
        ({"valueRange": {"low": {"value": 5}, "high": {"value": 2}}}, "low lies after high"),
        (
            {"onset": {"age": {"iso8601duration": "P5Y"}},
             "resolution": {"age": {"iso8601duration": "P4Y"}}},
            "onset lies after resolution",
        ),
        ({"quantity": {"value": float("nan")}}, "not a finite number"),
        (
            [{"type": {"id": "a:b", "label": "minimum"}, "quantity": {"value": 5}},
             {"type": {"id": "a:c", "label": "maximum"}, "quantity": {"value": 4}}],
            "the minimum lies after the maximum",
        ),
    ],
)  # fmt: skip
def test_what_no_validator_sees_is_found(content, words):
    labels = phenopacket(opened(), NOON).labels
    (fault,) = faults({"held": content}, labels)
    assert words in fault
    assert faults({"type": TERM, "referenceRange": {"low": 2, "high": 5}}, labels) == []


def test_what_breaks_a_rule_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("casetrace.exchange.write.faults", lambda *_: ["measurements[0]: odd"])
    for to in ("phenopacket", "fhir"):
        with pytest.raises(UsageError, match=r"so none is written: measurements\[0\]: odd"):
            export_case(opened(), to, tmp_path / to)
    assert list(tmp_path.iterdir()) == []


def test_the_command_knows_every_format():
    assert FORMATS == cli.FORMATS


def test_an_export_replaces_an_export_and_nothing_else(tmp_path):
    folder = tmp_path / "out"
    export_case(opened(), "fhir", folder)
    export_case(opened(), "phenopacket", folder)
    assert {p.name for p in folder.iterdir()} == {"imataka-2014.json", LOSSES}
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    before = snapshot(other)
    with pytest.raises(UsageError, match="holds something else"):
        export_case(opened(), "fhir", other)
    assert snapshot(other) == before


def test_the_command_says_where_it_is_and_what_is_lost(tmp_path):
    done = casetrace("export", "imataka-2014", "--to", "fhir", "--folder", str(tmp_path / "out"))
    assert done.returncode == 0
    assert "losses.csv" in done.stdout
    assert "cells do not come back from it, named with the reason in losses.csv" in done.stderr
    rows = (tmp_path / "out" / LOSSES).read_text().splitlines()
    assert rows[0] == "row,field,value,why"
    assert any(
        row.startswith("findings/jo_one,told_as,anti-Jo-1 antibody negative") for row in rows
    )


def test_a_data_package_that_was_changed_is_refused(house):
    files, _ = written_as(opened(), "datapackage")
    folder = Path(house.root / "package")
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "findings.csv").write_text("id\n")
    (folder / "motor.csv").unlink()
    with pytest.raises(UsageError) as told:
        import_case(folder / "datapackage.json", "back-2026", house)
    assert "findings.csv: its content is not the one that was described" in str(told.value)
    assert "motor.csv: no file of this folder" in str(told.value)
    assert not (house.data / "back-2026").exists()
