"""The page in a real browser: tracing, switching, keyboard, narrow screens, accessibility."""

import csv
import json
import random
import re
from xml.etree import ElementTree

import pytest
from browser import AXE, missing
from conftest import change_cell, opened
from test_page import COMMITTED, HOSTILE, words

from casetrace.case.load import load
from casetrace.page import report_page
from casetrace.page.variants import singles
from casetrace.questions.values import headline

pytestmark = pytest.mark.slow

URL = COMMITTED.as_uri()


@pytest.fixture
def page(browser):
    """An empty tab that keeps what it was told and what it asked for."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.said, tab.asked = [], []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.on("dialog", lambda dialog: (tab.said.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: tab.asked.append(request.url))
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def case():
    return opened("imataka-2014")


def whole(page, url=URL):
    """Open the page and all that is folded in it: a closed record is kept aside."""
    page.goto(url)
    record = "details.table, .ledger details"
    page.evaluate(
        "(css) => { for (const d of document.querySelectorAll(css)) d.open = true; }", record
    )
    page.wait_for_selector("table.values tbody tr, table.sources tbody tr", state="attached")


def choose(page, **options):
    """Set these readings and all others to their defaults, as a reader would."""
    if page.is_enabled("#reset"):
        page.click("#reset")
    for reading, option in options.items():
        page.evaluate(
            """([id, option]) => {
              const select = document.getElementById(id);
              select.value = option;
              select.dispatchEvent(new Event("change", {bubbles: true}));
            }""",
            [f"o-{reading}", option],
        )


def shown(page):
    """Words of every part of the page but figures, by part."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-part]")]
          .filter((e) => !e.dataset.part.startsWith("f-"))
          .map((e) => [e.dataset.part, e.hidden ? "" : e.textContent]))"""
    )


def keys(page, css):
    """The values that some links lead to."""
    return page.eval_on_selector_all(
        css, "(all) => all.map((a) => a.getAttribute('href').slice(3))"
    )


def texts(page, parts):
    """The same from the HTML that Python gives."""
    return page.evaluate(
        """(parts) => Object.fromEntries(Object.entries(parts).map(([name, html]) => {
          const box = document.createElement("template");
          box.innerHTML = html;
          return [name, box.content.textContent];
        }))""",
        parts,
    )


def test_the_page_asks_for_nothing_and_complains_of_nothing(page):
    page.goto(URL)
    page.select_option("#scenario", index=1)
    page.wait_for_timeout(200)
    assert [url for url in page.asked if not url.startswith(("data:", URL))] == []
    assert page.said == []


def test_every_number_that_a_reader_sees_leads_to_its_source(page):
    whole(page)
    stray = page.evaluate(
        """() => {
          // Ticks of axes, names of scales and keys are no facts of the case. Buttons say what a
          // value would be: the link to it stands before them.
          const own = "table.values, table.sources, .provenance, desc, thead, form, nav, .skip," +
            " caption, script, style, [id^='said-'], text[aria-hidden]," +
            " .ask:has(a[href^='#v-']) button";
          const walker = document.createTreeWalker(document.body, 4);
          const found = [];
          for (let n; (n = walker.nextNode()); ) {
            const at = n.parentElement;
            if (!/[0-9]/.test(n.data) || at.closest(own)) continue;
            const link = at.closest('a[href^="#v-"], a[href^="#s-"]');
            const id = link && decodeURIComponent(link.getAttribute("href").slice(1));
            if (!id || !document.getElementById(id)) found.push(n.data);
          }
          return found;
        }"""
    )
    assert stray == []
    untraced = page.evaluate(
        """() => [...document.querySelectorAll("table.values tbody tr")]
          .filter((r) => !r.hidden)
          .filter((r) => !r.querySelector('a[href^="#s-"]') ||
            [...r.querySelectorAll("a[href^='#s-']")]
              .some((a) => !document.getElementById(a.hash.slice(1))))
          .map((r) => r.id)"""
    )
    assert untraced == []


def test_switching_a_reading_changes_what_hangs_on_it_and_nothing_else(page, case):
    whole(page)
    home = {key: q.text() for key, q in headline(case).items()}
    for switch in singles(case):
        choose(page, **switch)
        values = {key: q.text() for key, q in headline(case.under(switch)).items()}
        now = page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("table.values tbody tr")]
              .filter((r) => !r.hidden)
              .map((r) => [r.id.slice(2), r.cells[1].textContent]))"""
        )
        assert now == values, switch
        marked, linked = (set(keys(page, css)) for css in ("main a.v.changed", "main a.v"))
        moved = {key for key in values if values[key] != home.get(key)}
        assert marked == moved & linked, switch


def test_any_combination_of_readings_reads_as_the_case_does_under_it(page, case):
    whole(page)
    start = page.inner_html("main")
    dice = random.Random(2014)
    for _ in range(12):
        chosen = {n: dice.choice(list(r.options)) for n, r in case.head.readings.items()}
        choose(page, **chosen)
        expected = texts(page, words(case.under(chosen)))
        found = {name: text for name, text in shown(page).items() if text}
        assert found == {name: text for name, text in expected.items() if text}
    choose(page)
    assert page.inner_html("main").replace(' class=""', "") == start.replace(' class=""', "")


def test_named_scenarios_are_those_of_the_command_line(page, case):
    whole(page)
    for name in case.head.scenarios:
        page.select_option("#scenario", name)
        values = headline(load("imataka-2014", name))
        key = "ivig.dose_total"
        assert page.text_content(f'[id="v-{key}"] td:nth-child(2)') == values[key].text()


def test_the_address_keeps_the_readings(page):
    whole(page, f"{URL}#ivig_dose=per-course")
    assert "4.8 g/kg" in page.text_content('[id="v-ivig.dose_total"]')
    assert page.input_value("#scenario") == "lower-dose"
    assert "1 reading changed" in page.text_content("#status")
    page.click("#reset")
    assert "#" not in page.url
    assert "24 g/kg" in page.text_content('[id="v-ivig.dose_total"]')
    page.select_option("#scenario", "longer-gap")
    assert page.url.endswith("#ivig_gap=six-weeks")


def test_a_figure_changes_with_its_readings_or_says_that_it_does_not(page):
    page.goto(URL)
    figure = page.locator("#figure-course")
    told = page.locator("#said-course")
    first = told.text_content()
    choose(page, ivig_gap="six-weeks")
    assert "36, 40, 44, 48, 52, 56" in told.text_content()
    assert not figure.locator(".note").is_visible()
    choose(page, ivig_gap="six-weeks", ck_about="one-figure", ivig_dose="per-course")
    assert "6 × 0.4 g/kg (or 2), every 6 weeks" in figure.locator("svg").first.text_content()
    assert not figure.locator(".note").is_visible()
    assert told.text_content() != first


def test_a_figure_that_was_not_drawn_for_a_combination_says_what_it_does_not_follow(page, tmp_path):
    text = COMMITTED.read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data-parts"[^>]*>(.*?)</script>', text, re.S)[1])
    at = data["parts"]["f-exposure"]["at"]  # as of a case with too many combinations
    kept = {key: n for key, n in at.items() if sum(o != "0" for o in key.split(".")) < 2}
    assert len(kept) == 4
    ends = (json.dumps(part, separators=(",", ":")) for part in (at, kept))
    lacking = tmp_path / "index.html"
    before, figure = text.split('"f-exposure":')
    lacking.write_text(f'{before}"f-exposure":{figure.replace(*ends, 1)}', encoding="utf-8")
    page.goto(lacking.as_uri())
    note = page.locator("#figure-exposure .note")
    choose(page, ivig_dose="per-course")
    assert not note.is_visible()
    choose(page, ivig_dose="per-course", ivig_gap="six-weeks")
    assert note.is_visible()
    assert "1 figure follows only a part" in page.text_content("#status")
    assert note.text_content() == (
        "Not drawn for this combination. It does not follow: Is the dose of immunoglobulin counted "
        "by day or by course? the printed amount once, spread over the days of a course"
    )


def test_a_figure_with_few_combinations_is_drawn_for_each(page):
    other = load("boukatta-2013").at_defaults
    page.goto(COMMITTED.parents[1].joinpath("boukatta-2013/index.html").as_uri())
    names = ("three_hours", "second_day", "later")
    for name in names:
        option = next(o for o in other.head.readings[name].options if o != other.chosen[name])
        page.evaluate(
            """([id, option]) => {
              const select = document.getElementById(id);
              select.value = option;
              select.dispatchEvent(new Event("change", {bubbles: true}));
            }""",
            [f"o-{name}", option],
        )
    assert not page.locator("#figure-course .note").is_visible()


def test_a_number_is_explained_by_keyboard_alone(page):
    page.goto(URL)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.matches('p a.v')"):
            break
    key = page.evaluate("() => document.activeElement.hash")
    assert key == "#v-subject.age"
    panel = page.locator("#panel")
    assert panel.is_visible()
    assert "2 years" in panel.text_content()
    assert "A 2-year-old girl" in panel.text_content()
    page.keyboard.press("Enter")  # into the panel
    assert page.evaluate("() => document.activeElement.closest('#panel') !== null")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # up the derivation
    assert "2-year-old" in panel.locator("h2").text_content()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("() => document.activeElement.hash") == key


def test_the_panel_leads_up_the_derivation_and_to_other_uses(page):
    page.goto(URL)
    page.click('main p a[href="#v-ivig.dose_total"]:visible')
    panel = page.locator("#panel")
    assert "24 g/kg" in panel.locator("h2").text_content()
    assert "2 g/kg × 6" in panel.text_content()  # in numbers, not in names
    assert "Abstract" in panel.text_content()
    panel.locator('a[href="#v-ivig.dose_per_course.first_block"]').click()
    assert "2 g/kg" in panel.locator("h2").text_content()
    panel.locator('a[href="#s-treatments/ivig.first_block"]').first.click()
    assert "400 mg/kg/5 days" in panel.locator("h2").text_content()
    assert "Case report, paragraph 3" in panel.text_content()
    assert "value: IVIg, dose total, 24 g/kg" in panel.text_content()


def test_a_number_in_a_figure_is_explained(page):
    page.goto(URL)
    page.locator("#figure-course svg a", has_text="14,420").first.click()
    assert "(CPK) = 14,420 IU/l" in page.locator("#panel h2").text_content()
    page.keyboard.press("Escape")
    page.locator("#figure-response svg a", has_text="14,420").first.focus()
    page.keyboard.press("Enter")
    assert "14,420" in page.locator("#panel h2").text_content()


def test_what_the_report_is_silent_on_says_so(page):
    page.goto(URL)
    page.click("#t-findings summary")
    page.click("#t-findings a.f:text-is('fever')")
    assert page.text_content("#panel h2") == "fever"
    assert "The report says nothing on this." in page.text_content("#panel")


def test_a_number_from_the_literature_is_shown_with_all_that_its_row_says(page):
    page.goto(URL)
    page.locator("#figure-course svg a", has_text="upper reference limit").first.click()
    panel = page.text_content("#panel")
    assert "Creatine kinase serum levels in children revisited" in panel
    assert "value 328; unit U/L" in panel


def test_the_contents_are_reached_by_keyboard(page):
    page.goto(URL)
    reached = False
    for _ in range(14):
        page.keyboard.press("Tab")
        reached = reached or page.evaluate(
            "() => document.activeElement.closest('#contents') !== null"
            " && document.activeElement.checkVisibility({visibilityProperty: true})"
        )
    assert reached


def test_the_address_and_the_page_agree_after_going_back_and_forward(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(URL)
    page.click("#contents a[href='#classification']")
    page.select_option("#scenario", "lower-dose")
    page.click("#audiences button[data-audience=parent]")
    page.go_back()
    assert page.url.endswith("#ivig_dose=per-course&at=classification")
    assert page.is_visible(".told")
    page.go_back()
    page.wait_for_function("() => document.getElementById('scenario').value === ''")
    assert page.url.endswith("#classification")
    page.go_forward()
    page.wait_for_function("() => document.getElementById('scenario').value === 'lower-dose'")
    page.go_forward()
    assert page.url.endswith("#for=parent&ivig_dose=per-course&at=classification")
    assert page.is_visible(".audience[data-audience=parent]")
    page.evaluate("() => { location.hash = 'ivig_dose=nonsense'; }")
    page.wait_for_function("() => document.getElementById('scenario').value === ''")


@pytest.mark.parametrize("place", ["v-ivig.dose_total", "s-findings/fever"])
def test_the_address_of_a_value_or_a_source_explains_it(page, place):
    page.goto(f"{URL}#{place}")
    assert page.text_content("#panel h2") in ("24 g/kg", "fever")


def test_the_address_of_a_section_for_others_shows_it(page):
    page.goto(f"{URL}#parent-what-was-she-given")
    assert page.is_visible("#parent-what-was-she-given")


def test_the_focus_is_never_lost(page):
    page.goto(URL)
    where = "() => document.activeElement === document.body"
    page.select_option("#scenario", "lower-dose")
    page.focus("#reset")
    page.keyboard.press("Enter")
    assert not page.evaluate(where)
    link = ".told a[href='#v-ivig.dose_total']"
    page.focus(f"{link} >> nth=0")
    page.keyboard.press("Enter")
    page.select_option("#scenario", "lower-dose")  # the paragraph is written anew
    page.focus("#close")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.hash") == "#v-ivig.dose_total"
    page.keyboard.press("Enter")
    page.click("#audiences button[data-audience=ja]")  # and is not there any more
    page.focus("#close")
    page.keyboard.press("Enter")
    assert not page.evaluate(where)
    assert page.evaluate("() => document.activeElement.checkVisibility()")


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (640, 400), (400, 800)])
def test_the_panel_never_covers_the_number_that_has_the_focus(page, size):
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(URL)
    page.focus(".told a.v")
    seen = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
              const box = document.activeElement.getBoundingClientRect();
              const at = document.elementFromPoint(box.x + 3, box.y + box.height / 2);
              const covers = at && at.closest("#panel, form");
              return [document.activeElement.matches("a.v, a.f"), Boolean(covers) || !at];
            }"""
        )
        if covered[0]:
            seen += 1
            assert not covered[1], page.evaluate("() => document.activeElement.textContent")
    assert seen > 20


def test_the_pointer_may_cross_other_numbers_on_its_way_to_the_panel(page):
    page.goto(URL)
    page.hover(".told a[href='#v-ck.presentation'] >> nth=0")
    panel = page.locator("#panel")
    panel.wait_for()
    said = panel.locator("h2").text_content()
    other = page.locator(".told a[href='#v-ast.presentation']").first.bounding_box()
    page.mouse.move(other["x"] + 5, other["y"] + 5)
    page.wait_for_timeout(80)
    box = panel.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.wait_for_timeout(400)
    assert panel.locator("h2").text_content() == said


def test_where_the_panel_would_cover_words_it_waits_for_a_click(page):
    page.set_viewport_size({"width": 1024, "height": 768})
    page.goto(URL)
    page.hover(".told a[href='#v-ck.presentation'] >> nth=0")
    page.wait_for_timeout(400)
    assert not page.is_visible("#panel")
    page.click(".told a[href='#v-ck.fold.presentation'] >> nth=0")
    assert page.is_visible("#panel")


def test_it_is_told_to_whom_the_reader_chooses_and_the_address_keeps_it(page):
    page.goto(URL)
    assert page.is_visible(".told")
    page.click("#audiences button[data-audience=ja]")
    assert not page.is_visible(".told")
    assert page.is_visible(".audience[lang=ja]")
    assert page.is_visible("#contents >> text=検査所見")
    assert page.url.endswith("#for=ja")
    page.click(".audience.shown a[href='#v-ck.presentation']")
    assert "(CPK) = 14,420 IU/l" in page.text_content("#panel")
    page.select_option("#scenario", "lower-dose")
    assert page.url.endswith("#for=ja&ivig_dose=per-course")
    page.reload()
    assert page.is_visible(".audience[lang=ja]")
    assert page.input_value("#scenario") == "lower-dose"
    page.click("#audiences button >> nth=0")
    assert page.url.endswith("#ivig_dose=per-course")


def test_the_controls_speak_the_language_of_the_story(page):
    page.goto(URL)
    said = "e => [e.textContent, e.lang]"
    assert page.eval_on_selector("#to-contents", said) == ["Contents", ""]  # that of the page
    page.click("#audiences button[data-audience=ja]")
    assert page.eval_on_selector("#to-contents", said) == ["目次", "ja"]
    assert page.get_attribute("#contents", "aria-label") == "目次"
    assert page.eval_on_selector("#provenance", said) == ["来歴", "ja"]
    page.select_option("#scenario", "lower-dose")
    assert page.eval_on_selector("#panel h2", said) == ["変わった値", "ja"]
    assert page.inner_text("#status").startswith("変更した解釈：1件、変わった値：")
    assert page.eval_on_selector("#read-as", said)[0].startswith(
        "データ作成者の既定とは異なる解釈: "
    )
    assert page.get_attribute("#read-as span", "lang") == "ja"
    words = "免疫グロブリンの用量は日あたりか、クールあたりか？"
    assert words in page.inner_text("#read-as span")
    assert page.inner_text(".ask strong >> nth=0") == words
    assert page.inner_text(".ask >> nth=1 >> button >> nth=0") == "54週 直ちに短い間隔へ移行"
    assert page.inner_text("#panel .changes button >> nth=1") == "IVIG、総量: 24 g/kg → 4.8 g/kg"
    page.click("main .audience.shown a[href='#v-ck.on_ivig'] >> nth=0")
    assert page.eval_on_selector("#traced h2", said) == ["4,000〜5,000 U/L", "ja"]
    assert "4,000 U/L以上, 5,000 U/L以下" in page.inner_text("#traced")
    assert page.title().startswith("CKが高値のまま")
    page.click("main .ask a.v >> nth=0")
    assert page.inner_text("#traced a[href='#r-ivig_dose']").startswith(words)
    page.click("main .audience.shown a[href='#v-ck.fold.on_ivig'] >> nth=0")
    assert "値: CK、程度、IVIG中, 著明高値" in page.inner_text("#traced")
    page.click("#audiences button >> nth=0")
    assert page.eval_on_selector("#to-contents", said) == ["Contents", "en"]
    assert page.inner_text("#status").startswith("1 reading changed, ")
    assert page.inner_text(".ask >> nth=1 >> button >> nth=0").startswith("54 weeks the shorter")
    page.set_viewport_size({"width": 400, "height": 800})  # tables are cards, with other markup
    page.click("#audiences button[data-audience=ja]")
    page.click(".ask button[data-option='six-weeks']")
    assert "54週 → 56週" in page.inner_text("#panel .changes")


def test_a_number_of_another_reading_leads_to_its_words_and_its_sum(page):
    page.goto(URL)
    page.click("main p a.f:text-is('4.8 g/kg'):visible")
    said = page.inner_text("#traced")
    assert said.startswith("4.8 g/kg")
    assert "the printed amount once, spread over the days of a course" in said
    assert "400 mg/kg/5 days" in said
    assert "(0.4 g/kg × 6) + (0.4 g/kg × 6)" in said
    page.click("#close")
    page.select_option("#scenario", "lower-dose")
    page.click("#close")
    page.click("main p a.f:text-is('24 g/kg'):visible")
    assert "the printed amount on each of the days of a course" in page.inner_text("#traced")
    assert "(2 g/kg × 6) + (2 g/kg × 6)" in page.inner_text("#traced")


def test_a_number_that_several_values_have_leads_to_the_reading_alone(page):
    page.goto(URL)
    page.click("main p a.f:text-is('0.4 g/kg'):visible")  # of a course of either block
    said = page.inner_text("#traced")
    assert "if read as" not in said
    assert "counted by day or by course" in said


def test_the_story_for_parents_comes_before_the_figure(page):
    page.goto(URL)
    page.click("#audiences button[data-audience=parent]")
    tops = "css => document.querySelector(css).getBoundingClientRect().top"
    story, figure = (page.evaluate(tops, css) for css in (".audience.shown", "#figure-course"))
    assert story < figure
    last = ".audience.shown > section:last-child"
    assert page.evaluate(tops, last) < figure
    page.click("#audiences button[data-audience=ja]")  # a clinician's, as the first is
    assert page.evaluate(tops, "#figure-course") < page.evaluate(tops, last)
    page.click("#audiences button >> nth=0")
    asks, figure = (page.evaluate(tops, css) for css in (".asks", "#figure-course"))
    assert asks < figure < page.evaluate(tops, "#presentation")


def test_a_page_that_was_handed_on_alone_offers_what_it_holds(page, tmp_path):
    alone = tmp_path / "a girl.html"
    alone.write_bytes(COMMITTED.read_bytes())
    page.goto(alone.as_uri())
    ways = page.eval_on_selector_all("a", "all => all.map((a) => a.getAttribute('href'))")
    assert not [way for way in ways if way.startswith("..") or way.endswith((".md", ".json"))]
    assert page.inner_text(".hand").split() == ["Print", "Copy", "link"]
    picture, data = page.query_selector_all("#figure-course .links a")
    with page.expect_download() as download:
        picture.click()
    drawn = ElementTree.parse(download.value.path()).getroot()
    assert download.value.suggested_filename == "figure-course.svg"
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "14,420" in "".join(drawn.itertext())
    assert "var(" not in ElementTree.tostring(drawn, "unicode")
    with page.expect_download() as download:
        data.click()
    rows = list(csv.DictReader(download.value.path().read_text("utf-8").splitlines()))
    assert "14,420 U/L" in {row["value"] for row in rows}
    page.goto(URL)
    assert page.inner_text(".hand").split()[:3] == ["All", "cases", "PDF"]


@pytest.mark.parametrize(
    "name", ["classification", "exposure", "response", "sensitivity", "evidence"]
)
def test_a_figure_is_whole_on_a_phone(page, name):
    page.set_viewport_size({"width": 400, "height": 900})
    page.goto(URL)
    box = page.query_selector(f"#figure-{name} .scroll")
    assert box.evaluate("e => e.scrollWidth <= e.clientWidth")
    words = box.query_selector("svg text")
    assert words.evaluate("e => e.getBoundingClientRect().height") >= 11


def test_a_link_within_the_page_keeps_the_readings(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{URL}#ivig_dose=per-course")
    page.click("#contents a[href='#analyses']")
    assert page.url.endswith("#ivig_dose=per-course&at=analyses")
    assert page.locator("#analyses").evaluate("(e) => e.getBoundingClientRect().top < 400")
    assert page.input_value("#scenario") == "lower-dose"


def test_what_was_changed_is_said_in_words(page):
    page.goto(f"{URL}#ivig_dose=per-course")
    assert "Not as the curator reads it: Is the dose" in page.text_content("#read-as")
    link = page.locator(".told a.changed[href='#v-ivig.dose_total']").first
    assert link.get_attribute("title") == "at the default: 24 g/kg"
    assert page.text_content("#scenario-now") == "lower-dose"
    page.emulate_media(media="print")
    assert page.is_visible("#read-as")


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_nothing_reaches_beyond_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(URL)
    page.evaluate("() => { for (const d of document.querySelectorAll('details')) d.open = true; }")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_what_is_folded_is_printed_but_not_the_ledger(page):
    page.goto(URL)
    table = "details.table:not([open])"
    height = "(css) => document.querySelector(css).getBoundingClientRect().height"
    folded = page.evaluate(height, table)
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")  # as printing does
    assert page.evaluate(height, table) > 3 * folded
    assert not page.is_visible("table.values")
    assert not page.is_visible(".audience")
    assert page.is_visible(".told")


def test_the_page_reads_whole_without_javascript(browser):
    tab = browser.new_page(java_script_enabled=False)
    tab.goto(URL)
    assert not tab.is_visible("#readings")
    assert tab.is_visible("#figure-course svg")
    assert "14,420 U/L" in tab.inner_text("main")
    tab.close()


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("audience", ["clinician", "parent", "ja"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing(page, scheme, audience, width):
    if not AXE.is_file():
        missing("axe-core is not here: accessibility is not checked (make test-browser gets it)")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(URL)
    assert violations(page) == []
    page.evaluate(
        "(name) => document.querySelector(`#audiences [data-audience=${name}]`).click()", audience
    )
    page.evaluate("() => document.querySelector('main a.v').click()")
    page.evaluate(
        """() => {
          const scenario = document.getElementById("scenario");
          scenario.value = "lower-dose";
          scenario.dispatchEvent(new Event("change", {bubbles: true}));
          for (const d of document.querySelectorAll("main details, form details")) d.open = true;
        }"""
    )
    page.wait_for_selector("table.values tbody tr", state="attached")
    assert violations(page) == []


def violations(page):
    """What the accessibility checker finds on the page as it stands."""
    page.evaluate(AXE.read_text("utf-8"))
    return page.evaluate(
        """async () => (await axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa",
          "wcag22aa", "best-practice"]})).violations
          .map((v) => [v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)])"""
    )


def test_hostile_text_is_text(page, toy, tmp_path):
    change_cell(toy.data / "toy-2000" / "findings.csv", "weakness", "name", HOSTILE)
    file = tmp_path / "index.html"
    file.write_text(report_page(load("toy-2000", where=toy)).html, "utf-8")
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(file.as_uri())
    choose(page, dose="by-course")
    assert page.said == []
    assert "<script>alert(1)</script>" in page.inner_text("main")
    assert page.evaluate("() => document.scripts.length") == 2
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


def test_words_that_were_not_made_for_a_combination_say_so(page, tmp_path):
    before, opening, rest = COMMITTED.read_text("utf-8").partition('id="data-parts">')
    text, closing, after = rest.partition("</script>")
    data = json.loads(text)
    data["parts"]["v-ivig.dose_total"]["at"].pop("1.0")
    text = json.dumps(data).replace("<", "\\u003c")
    file = tmp_path / "index.html"
    file.write_text(before + opening + text + closing + after, "utf-8")
    whole(page, file.as_uri())
    assert page.locator(".unmade").count() == 0
    choose(page, ivig_dose="per-course")
    row = page.locator('[id="v-ivig.dose_total"]')
    assert "unmade" in row.get_attribute("class")
    assert "24 g/kg" in row.text_content()
    said = row.evaluate("(e) => getComputedStyle(e, '::after').content")
    assert "not worked out for this combination" in said


def test_a_question_is_switched_where_it_stands_and_the_changes_are_said(page):
    page.goto(URL)
    button = page.locator('.ask button[data-reading="ivig_dose"]')
    assert button.all_text_contents() == [
        "24 g/kg the printed amount on each of the days of a course",
        "4.8 g/kg the printed amount once, spread over the days of a course",
    ]
    button.nth(1).click()
    assert button.nth(1).get_attribute("aria-pressed") == "true"
    assert page.text_content("#panel h2") == "What changed"
    total = page.locator("#panel button", has_text="dose total")
    assert total.text_content() == "IVIg, dose total: 24 g/kg → 4.8 g/kg"
    total.click()
    assert page.evaluate("() => document.activeElement.matches('main a.v.changed')")
    page.go_back()
    assert button.nth(0).get_attribute("aria-pressed") == "true"
    assert page.text_content("#status") == ""
    assert page.is_hidden("#panel")
    assert page.said == []
    button.nth(1).click()
    page.click("#panel button >> text=Back to the default")
    assert button.nth(0).get_attribute("aria-pressed") == "true"


def test_one_sheet_is_open_at_a_time_on_a_phone_and_escape_closes_it(page):
    page.set_viewport_size({"width": 400, "height": 860})
    page.goto(URL)
    page.click("#to-contents")
    assert page.is_visible("#contents ul")
    page.click("#bar summary")
    assert page.is_visible("#bar .grid")
    page.wait_for_function("() => !document.querySelector('#contents details').open")
    page.keyboard.press("Escape")
    assert not page.is_visible("#bar .grid")


def test_the_contents_mark_the_section_in_sight(page):
    page.emulate_media(reduced_motion="reduce")
    page.goto(URL)
    for section in ("treatment", "analyses"):
        page.evaluate(f"() => document.getElementById('{section}').scrollIntoView()")
        page.wait_for_function(
            "(id) => document.querySelector('#contents [aria-current]')?.hash === `#${id}`",
            arg=section,
        )


def test_the_address_keeps_reading_and_place(page):
    page.goto(f"{URL}#ivig_dose=per-course")
    page.click("#contents a[href='#treatment']")
    assert page.url.endswith("#ivig_dose=per-course&at=treatment")
    page.reload()
    assert "1 reading changed" in page.text_content("#status")
    page.wait_for_function(
        "() => Math.abs(document.getElementById('treatment').getBoundingClientRect().top) < 300"
    )


def test_a_figure_is_one_stop_and_few_stops_come_before_the_record(page):
    page.goto(URL)
    stops = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, select, summary, [tabindex]")]
          .filter((e) => e.tabIndex >= 0 && !e.disabled && e.checkVisibility())
          .filter((e) => document.getElementById("data").compareDocumentPosition(e) & 2)
          .map((e) => e.closest("figure svg") ? e.closest("figure").id : "")"""
    )
    drawn = [one for one in stops if one]
    assert drawn
    assert len(drawn) == len(set(drawn))
    links = page.locator("#figure-course .scroll svg a")
    links.first.focus()
    page.keyboard.press("ArrowRight")
    assert links.nth(1).evaluate("(a) => a === document.activeElement")


def test_figures_are_dark_on_a_dark_screen(page):
    page.emulate_media(color_scheme="dark")
    page.goto(URL)
    fill = page.evaluate(
        "() => getComputedStyle(document.querySelector('#figure-course svg text')).fill"
    )
    assert min(int(part) for part in re.findall(r"\d+", fill)[:3]) > 200


def test_the_closed_record_is_kept_aside_and_found_by_its_words(page):
    page.goto(URL)
    assert page.evaluate("() => document.querySelectorAll('*').length") < 6000
    page.fill("#filter", "14,420")
    open_now = page.eval_on_selector_all("details.table[open]", "(all) => all.map((d) => d.id)")
    assert "t-measured" in open_now
    assert "t-care" not in open_now
    rows = page.locator("#t-measured tbody tr:visible")
    assert rows.count() >= 1
    assert all("14,420" in text for text in rows.all_text_contents())
    assert re.fullmatch(r"\d+ rows", page.text_content("#found"))
    page.fill("#filter", "zzz")
    assert page.text_content("#found") == "no rows"
    page.fill("#filter", "")
    assert page.locator("details.table[open]").count() == 0
    assert page.locator("tr.sifted").count() == 0


def test_on_a_phone_a_switch_is_undone_without_looking_for_it(page):
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(URL)
    page.locator(".ask button").nth(1).click()
    page.click("#close")
    box = page.locator("#reset").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] < 400
    page.click("#reset")
    assert page.locator(".ask button").nth(0).get_attribute("aria-pressed") == "true"


def test_the_panel_leads_back_to_what_it_came_from(page):
    page.goto(URL)
    page.evaluate("() => document.querySelector('main a[href=\"#v-ivig.dose_total\"]').click()")
    total = page.text_content("#panel h2")
    page.locator("#panel dl a").first.click()
    assert page.text_content("#panel h2") != total
    page.click(f"#panel .back >> text={total}")
    assert page.text_content("#panel h2") == total
    assert page.locator("#panel .back").count() == 0
    page.keyboard.press("Escape")
    assert page.evaluate("() => document.activeElement.textContent") == total.split(" ")[0]


def test_words_stand_in_their_sentence_once_the_reader_opens_the_article(page, tmp_path):
    page.goto(URL)
    words = page.evaluate(
        """() => { document.querySelector('main a[href="#v-ivig.dose_total"]').click();
          return document.getElementById("traced").textContent.match(/“(.+?)”/)[1]; }"""
    )
    copy = tmp_path / "article.txt"
    pieces = words.upper().split(" … ")
    said = " and then ".join(pieces)
    copy.write_text(f"Before it. The copy says\n{said} and <b>no</b> more. After it.")
    page.set_input_files("#article", copy)
    page.wait_for_selector("#panel blockquote")
    assert page.text_content("#panel blockquote").strip().startswith("The copy says")
    assert page.text_content("#panel blockquote").strip().endswith("and <b>no</b> more.")
    assert len(pieces) == 2
    assert page.locator("#panel blockquote mark").all_text_contents() == pieces
    copy.write_text("Another text.")
    page.set_input_files("#article", [])
    page.set_input_files("#article", copy)
    page.wait_for_function(
        "() => /not in that file/.test(document.getElementById('loaded').textContent)"
    )
    assert page.locator("#panel blockquote").count() == 0
    assert page.said == []


def test_a_table_without_the_room_turns_into_cards(page):
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(URL)
    page.evaluate("() => { document.getElementById('t-measured').open = true; }")
    page.wait_for_selector("#t-measured .cards")
    box = page.locator("#t-measured .wide")
    assert box.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    names = page.eval_on_selector_all(
        "#t-measured tbody tr:first-child td", "(all) => all.map((c) => c.dataset.name)"
    )
    assert names == page.eval_on_selector_all(
        "#t-measured th", "(all) => all.map((c) => c.textContent)"
    )


def test_an_answer_says_what_it_makes_of_the_outcome_beside_all_that_is_chosen(page, case):
    page.goto(URL)
    for chosen in ({}, {"ck_about": "one-figure", "ivig_second_block_dose": "not-stated"}):
        choose(page, **chosen)
        buttons = page.eval_on_selector_all(
            ".ask button",
            """(all) => all.map((b) => [b.dataset.reading, b.dataset.option, b.dataset.value,
              b.querySelector("b").textContent])""",
        )
        assert len(buttons) > 4
        for reading, option, value, said in buttons:
            known = headline(case.under({**chosen, reading: option})).get(value.removeprefix("v-"))
            assert said == (known.text() if known else "not known"), (chosen, reading, option)
