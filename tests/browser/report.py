#!/usr/bin/env python3
"""The page of a report as a person uses it: Chromium opens it from the disk.

    report.py REPORT-PAGE AXE.JS [CASE...]

REPORT-PAGE writes the pages (report_page.c says which). Without AXE.JS, whose place is where npm puts it, one case is left out.
"""
import itertools
import pathlib
import subprocess
import sys
import tempfile

import chromium
from stage import axe

# pylint: disable=wrong-import-order,ungrouped-imports
from server import Skip, case, cases, run_cases  # after stage, which knows where server is

KINDS = ('world', 'region', 'many', 'hostile', 'empty')
LOOKS = tuple(itertools.product((1280, 390), ('light', 'dark')))
EVIL = '</script></style></title><img src=x onerror="document.title=\'broken\'">&\'\ufffd\ufffd<!--'
MOST = 1_000_000  # bytes of a page of twenty thousand clients

CLEAR = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)].map((e) => [e.textContent, e.getBoundingClientRect()]).filter(([, b]) => b.width > 0);
  const found = [];
  for (const [i, [a, p]] of boxes.entries())
    for (const [b, q] of boxes.slice(i + 1))
      if (p.left + .5 < q.right && q.left + .5 < p.right && p.top + 2 < q.bottom - 2 && q.top + 2 < p.bottom - 2) found.push(`${a} and ${b}`);
  return found;
}"""

# The luminance and the contrast of WCAG; the least of an element's ways to be seen, against what is behind it.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  globalThis.rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const linear = (c) => c / 255 <= .04045 ? c / 255 / 12.92 : ((c / 255 + .055) / 1.055) ** 2.4;
  const luminance = (colour) => { const [r, g, b] = rgb(colour).map(linear); return .2126 * r + .7152 * g + .0722 * b; };
  globalThis.contrast = (a, b) => {
    const [p, q] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (p + .05) / (q + .05);
  };
})()"""

# What people see who lack one kind of cones (Machado, Oliveira, Fernandes 2009, severity 1), in linear light.
CONES = {
    'all': ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    'no L': ((.152286, 1.052583, -.204868), (.114503, .786281, .099216), (-.003882, -.048116, 1.051998)),
    'no M': ((.367322, .860646, -.227968), (.280085, .672501, .047413), (-.011820, .042940, .968881)),
    'no S': ((1.255528, -.076749, -.178779), (-.078411, .930809, .147602), (.004733, .691367, .303900)),
}
APART = 0.08  # in Oklab: colours side by side are told apart well


def looks(page):
    for width, scheme in LOOKS:
        page.look(width=width, scheme=scheme)
        yield f'{width} {scheme}'


def show(page, folder, kind):
    page.open((folder / f'{kind}.html').as_uri())


def value(page, words):
    return page.js(f'getComputedStyle(document.documentElement).getPropertyValue("--{words}").trim()')


@case
def asks_nobody_for_anything(browser, folder, _):
    """No request, no complaint, nothing wider than the window: each page, each look."""
    for kind in KINDS:
        page = browser.page()
        for look in looks(page):
            page.requests.clear()
            show(page, folder, kind)
            assert page.requests == [(folder / f'{kind}.html').as_uri()], f'{kind} {look}: {page.requests}'
            assert page.complaints == [], f'{kind} {look}: {page.complaints}'
            wide = page.js('document.scrollingElement.scrollWidth')
            assert wide <= int(look.split()[0]), f'{kind} {look}: {wide} px wide'


@case
def its_policy_lets_nothing_in(browser, folder, _):
    """Even what would get past the escaping: no script, no style, no image, no request."""
    page = browser.page()
    show(page, folder, 'region')
    before = page.js('getComputedStyle(document.body).backgroundColor')
    page.requests.clear()
    page.js("""document.body.insertAdjacentHTML('beforeend', '<img src="https://example.net/x" onerror="document.title = 1">' +
        '<style>body { background: red !important }</style><iframe src="https://example.net/y"></iframe>');
        fetch('https://example.net/z').catch(() => undefined);
        const s = document.createElement('script'); s.textContent = 'document.title = "2"'; document.body.append(s); true""")
    page.js('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
    assert page.js('document.title') == 'Two sites in Europe'
    assert page.js('getComputedStyle(document.body).backgroundColor') == before
    assert len(page.complaints) >= 4, page.complaints
    assert all('Content Security Policy' in text for text in page.complaints), page.complaints


@case
def what_strangers_wrote_is_text(browser, folder, _):
    page = browser.page()
    show(page, folder, 'hostile')
    assert page.js('document.title') == EVIL
    assert page.js('document.querySelector("h1").textContent') == EVIL
    assert page.js('document.querySelectorAll("img, iframe, object, link, [onerror], [onclick], [style]").length') == 0
    assert page.js('document.querySelectorAll("script").length') == 1
    assert page.js('document.querySelectorAll("style").length') == 1
    missing = page.js(f"""['.conditions dt', '.notes li', '.legend b', '.sites th[scope=row]', '.rows th[scope=row]', '.worst h3', '.worst p', '.worst li',
        '.hops td', '.route', '.map label', '.world .name', '.chart text.on'].filter((s) =>
        ![...document.querySelectorAll(s)].some((e) => e.textContent.includes({EVIL!r})))""")
    assert missing == [], missing


@case
def has_an_order(browser, folder, _):
    """Headings without a gap, tables with captions and heads, pictures with names, links that lead somewhere."""
    for kind in KINDS:
        page = browser.page()
        show(page, folder, kind)
        levels = page.js('[...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.localName[1]))')
        assert levels[0] == 1 and levels.count(1) == 1, levels
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), f'{kind}: {levels}'
        wrong = page.js("""[
          ...[...document.querySelectorAll('table')].filter((t) => !t.caption?.textContent.trim() || !t.querySelector('thead th')),
          ...[...document.querySelectorAll('th')].filter((t) => !t.scope || !t.textContent.trim()),
          ...[...document.querySelectorAll('svg')].filter((s) => s.getAttribute('aria-hidden') !== 'true' &&
            !(s.getAttribute('role') === 'img' && s.querySelector(':scope > title').textContent && s.querySelector(':scope > desc').textContent)),
          ...[...document.querySelectorAll('a')].filter((a) => !document.querySelector(a.getAttribute('href'))),
          ...[...document.querySelectorAll('[id]')].filter((e) => document.querySelectorAll('#' + e.id).length > 1),
        ].map((e) => e.outerHTML.slice(0, 120))""")
        assert wrong == [], f'{kind}: {wrong}'


@case
def names_do_not_cover_each_other(browser, folder, _):
    for kind in KINDS[:3]:
        page = browser.page()
        for look in looks(page):
            show(page, folder, kind)
            for selector in ('.world .name', '#latency-t ~ text', '#inflation-t ~ text'):
                found = page.js(f'({CLEAR})({selector!r})')
                assert found == [], f'{kind} {look}: {selector}: {found}'
            small = page.js('[...document.querySelectorAll(".world .name, .chart text")].map((t) => t.getBoundingClientRect().height).filter((h) => h > 0 && h < 10)')
            assert small == [], f'{kind} {look}: {small}'


# Words of letters, and options of commands, that stand on more than one line; what is long may break.
BROKEN = """(() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector('.page'), NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode())
    for (const match of node.data.matchAll(/(?<![^\\s(])(\\p{L}{2,16}|--?[a-z-]*)(?![^\\s,.;:)])/gu)) {
      const range = document.createRange();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const rects = [...range.getClientRects()].filter((r) => r.width > 0);
      if (new Set(rects.map((r) => Math.round(r.top))).size > 1) found.push(match[0]);
    }
  return found;
})()"""


@case
def no_word_is_broken(browser, folder, _):
    page = browser.page()
    for kind in ('world', 'region'):
        for width in (1280, 900, 600, 390, 360):
            page.look(width=width)
            show(page, folder, kind)
            assert page.js(BROKEN) == [], f'{kind} {width}: {page.js(BROKEN)}'
    assert page.js('document.querySelector("h1").style.width = "3em", document.querySelector("h1").style.wordBreak = "break-all", ' + BROKEN) != []


@case
def a_chart_alone_is_as_large_as_one_of_two(browser, folder, _):
    page = browser.page()
    for width in (1280, 390):
        page.look(width=width)
        show(page, folder, 'world')
        size = 'document.querySelector(".chart").getBoundingClientRect().width'
        both = page.js(size)
        assert page.js('document.querySelectorAll(".chart")[1].remove(), document.querySelectorAll(".chart").length') == 1
        assert page.js(size) == both, f'{width}: {page.js(size)} instead of {both}'


@case
def the_map_is_switched_with_the_keyboard(browser, folder, _):
    """And without a script."""
    page = browser.page()
    page.call('Emulation.setScriptExecutionDisabled', value=True)
    show(page, folder, 'world')
    shown = '[...document.querySelectorAll(".world > g")].filter((g) => g.classList.contains("is-before") || g.classList.contains("is-after"))' \
            '.filter((g) => getComputedStyle(g).display !== "none").map((g) => g.getAttribute("class")).join()'
    assert page.js(shown) == 'is-after'
    tab_to(page, 'show-after')
    page.key('ArrowRight')
    page.wait(f'{shown} === "is-before"', 'before is shown')
    assert page.js('document.querySelector(".legend li").innerText').endswith('74.4 %')
    page.key('ArrowRight')
    page.wait(f'{shown} === "is-after"', 'after is shown')


def tab_to(page, name):
    """By the keyboard alone."""
    for _ in range(60):
        page.key('Tab')
        if page.js(f'document.activeElement.id === "{name}" || document.activeElement.textContent === "{name}"'):
            outline = page.js("""(() => { const e = document.activeElement; const of = (x) => getComputedStyle(x).outlineStyle;
                return of(e) !== 'none' || (e.labels?.[0] && of(e.labels[0]) !== 'none'); })()""")
            assert outline, f'{name}: the focus is not seen'
            return
    raise AssertionError(f'Tab does not lead to {name}')


FIRST = 'document.querySelector(".rows tbody tr:not([hidden])").cells'


@case
def the_table_is_sorted_with_the_keyboard(browser, folder, _):
    page = browser.page()
    show(page, folder, 'world')
    cost = 'Math.max(...[...document.querySelectorAll(".rows tbody td.ms")].map((c) => Number(c.dataset.v)))'
    assert page.js(f'Number({FIRST}[6].dataset.v) < {cost}'), 'share counts too'
    tab_to(page, 'ms')
    page.key('Enter')
    page.wait(f'Number({FIRST}[6].dataset.v) === {cost}', 'the highest cost first')
    assert page.js('document.activeElement.closest("th").getAttribute("aria-sort")') == 'descending'
    page.key(' ')
    page.wait(f'Number({FIRST}[6].dataset.v) < {cost}', 'the lowest cost first')
    assert page.js('document.querySelectorAll("[aria-sort]").length') == 1
    page.click('button', 'Network')
    page.wait(f'{FIRST}[0].textContent.startsWith("AS64558")', 'by name')


@case
def the_table_is_filtered(browser, folder, _):
    page = browser.page()
    show(page, folder, 'world')
    tab_to(page, 'rows-filter')
    page.type('JP sin1')
    page.says('2 of 12 rows')
    assert page.js('[...document.querySelectorAll(".rows tbody tr:not([hidden])")].every((r) => r.innerText.includes("JP"))')
    page.fill('Filter', '')
    page.wait('document.querySelectorAll(".rows tbody tr[hidden]").length === 0')
    page.says_not('of 12 rows')


@case
def all_is_there_without_a_script(browser, folder, _):
    page = browser.page()
    page.call('Emulation.setScriptExecutionDisabled', value=True)
    for look in looks(page):
        show(page, folder, 'world')
        text = page.text()
        for words in ('isp-scl', '91.4', 'What could be tried', 'Networks on the way', 'PAM 2017'):
            assert words in text, f'{look}: no {words}'
        assert 'Filter' not in text and 'Sort by' not in text


@case
def colours_can_be_told_apart(browser, folder, _):
    """Sites by people who lack a kind of cones, too; and marks from what is behind them, 3 to 1 (WCAG 1.4.11)."""
    page = browser.page()
    for scheme in ('light', 'dark'):
        page.look(scheme=scheme)
        show(page, folder, 'world')
        page.js(CONTRAST)
        colours = {f'c{i}': page.js(f'rgb({value(page, f"c{i}")!r})') for i in range(8)}
        for ground in ('sea', 'land', 'surface'):
            for name in (*colours, 'cn'):
                ratio = page.js(f'contrast({value(page, name)!r}, {value(page, ground)!r})')
                assert ratio >= 3, f'{scheme}: {name} on {ground}: {ratio:.2f}'
        for cones, matrix in CONES.items():
            for (a, p), (b, q) in itertools.combinations(colours.items(), 2):
                apart = distance(seen(p, matrix), seen(q, matrix))
                assert apart >= APART, f'{scheme}, {cones}: {a} and {b}: {apart:.3f}'


def seen(colour, matrix):
    linear = [c / 255 / 12.92 if c / 255 <= .04045 else ((c / 255 + .055) / 1.055) ** 2.4 for c in colour]
    r, g, b = (min(1, max(0, sum(x * y for x, y in zip(row, linear)))) for row in matrix)
    l, m, s = (x ** (1 / 3) for x in (.4122214708 * r + .5363325363 * g + .0514459929 * b, .2119034982 * r + .6806995451 * g + .1073969566 * b,
                                      .0883024619 * r + .2817188376 * g + .6299787005 * b))
    return (.2104542553 * l + .7936177850 * m - .0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + .4505937099 * s,
            .0259040371 * l + .7827717662 * m - .8086757660 * s)


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b)) ** .5


@case
def text_can_be_read(browser, folder, _):
    """4.5 to 1 (WCAG 1.4.3): what pictures say, and the words that have a colour."""
    page = browser.page()
    for scheme in ('light', 'dark'):
        page.look(scheme=scheme)
        show(page, folder, 'world')
        page.js(CONTRAST)
        grounds = {'.name': ('sea', 'land', 'halo'), '.chart text': ('surface',), '.chart text.was': ('surface',), '.chart text.is': ('surface',)}
        for selector, names in grounds.items():
            for ground in names:
                ratio = page.js(f'contrast(getComputedStyle(document.querySelector({selector!r})).fill, {value(page, ground)!r})')
                assert ratio >= 4.5, f'{scheme}: {selector} on {ground}: {ratio:.2f}'
        for word, names in {'good': ('surface',), 'bad': ('surface',), 'warn': ('surface', 'warn-soft'), 'faint': ('surface', 'ground', 'sunken', 'warn-soft'),
                            'accent': ('surface', 'ground'), 'accent-ink': ('accent',)}.items():
            for ground in names:
                ratio = page.js(f'contrast({value(page, word)!r}, {value(page, ground)!r})')
                assert ratio >= 4.5, f'{scheme}: {word} on {ground}: {ratio:.2f}'


@case
def prints(browser, folder, _):
    """In light, whatever the screen is; everything unfolded; what a printer cannot press is gone."""
    page = browser.page()
    page.look(scheme='dark')
    show(page, folder, 'world')
    folded = page.js('document.querySelectorAll("details:not([open])").length')
    assert folded > 0
    page.js('globalThis.unfolded = null; addEventListener("beforeprint", () => { unfolded = document.querySelectorAll("details:not([open])").length; })')
    pdf = page.call('Page.printToPDF', printBackground=False)['data']
    assert len(pdf) > 10000
    page.wait('unfolded === 0', 'unfolded for the printer')
    page.wait(f'document.querySelectorAll("details:not([open])").length === {folded}', 'folded again')
    page.call('Emulation.setEmulatedMedia', media='print', features=[{'name': 'prefers-color-scheme', 'value': 'dark'}])
    assert page.js('getComputedStyle(document.body).color') == 'rgb(24, 32, 35)'
    hidden = page.js('["nav ul", ".tools", ".map label"].filter((s) => getComputedStyle(document.querySelector(s)).display !== "none")')
    assert hidden == [], hidden


@case
def many_clients_are_few_marks(browser, folder, _):
    path = folder / 'many.html'
    assert path.stat().st_size < MOST, path.stat().st_size
    page = browser.page()
    show(page, folder, 'many')
    assert page.js('document.querySelectorAll(".is-after .dot").length') <= 1500
    assert page.js('document.querySelectorAll(".rows tbody tr").length') == 200
    page.says('more rows of')
    page.says('clients in places with least users')


@case
def accessible(browser, folder, axe_path):
    """axe finds nothing, in any page, light and dark, big and small."""
    if not pathlib.Path(axe_path).exists():
        raise Skip('npm has not brought axe')
    source = pathlib.Path(axe_path).read_text(encoding='utf-8')
    for kind in ('world', 'hostile'):
        page = browser.page()
        page.call('Page.setBypassCSP', enabled=True)
        for look in looks(page):
            show(page, folder, kind)
            page.js(source + '; true')
            # contrast, which takes long, of the page that is small and has a bit of everything
            axe(page, f'{kind} {look}', rules={'color-contrast': {'enabled': kind == 'hostile'}})


def write_pages(program, folder):
    for kind in KINDS:
        done = subprocess.run([program, kind], capture_output=True, check=True)
        (folder / f'{kind}.html').write_bytes(done.stdout)


def main(program, axe_path, *names):
    if chromium.find() is None:
        print('1..0 # SKIP there is no chromium')
        return
    if names:
        cases[:] = [fn for fn in cases if fn.__name__ in names]
    with tempfile.TemporaryDirectory(prefix='nearcast-report-') as name, chromium.Chromium() as browser:
        folder = pathlib.Path(name)
        write_pages(program, folder)
        run_cases(browser, folder, axe_path)


if __name__ == '__main__':
    main(*sys.argv[1:])
