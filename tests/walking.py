"""Someone who walks through the site: reads pages, fills in the forms that stand on them.

Nothing is sent that a browser would not send: fields, hidden keys and tokens come from the page,
a choice must be one that the page offers. So a broken form breaks the test.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.test import Client
from tests.conftest import assert_page_is_clean

TICKS = {"radio", "checkbox"}
CLOSES = {
    "form": "_form",
    "a": "_link",
    "label": "_label",
    "textarea": "_area",
    "select": "_select",
    "option": "_option",
}
UNSENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class Form:
    """A form as it stands on a page: what it would send untouched, and what it offers."""

    action: str
    method: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    offers: dict[str, dict[str, str]] = field(default_factory=dict)  # field -> value -> label
    ticks: set[str] = field(default_factory=set)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # text, name, value

    def names(self):
        """Every field that can be filled in, choices last, each as they stand on the page."""
        return dict.fromkeys([*self.sent, *self.offers]).keys()

    def fill(self, name, answer):
        """Answer one field; a choice by its value or by the words on the page."""
        assert name in self.names(), f"no field {name!r} in this form: {sorted(self.names())}"
        given = [str(one) for one in (answer if isinstance(answer, list) else [answer])]
        if name in self.ticks and answer in (True, False):
            given = list(self.offers[name]) if answer else []
        elif name in self.offers:
            given = [self._offered(name, one) for one in given]
        self.sent[name] = given

    def _offered(self, name, answer):
        offers = self.offers[name]
        by_label = [value for value, label in offers.items() if label == answer]
        assert answer in offers or by_label, f"{name!r} does not offer {answer!r}: {offers}"
        return answer if answer in offers else by_label[0]


class Page(HTMLParser):
    """A page as a reader takes it in: text, links, forms."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.links, self.labels, self.words = [], [], {}, []
        self._form = self._link = self._label = self._button = self._area = None
        self._select = self._option = None
        self._silent = 0
        self._ticks = []
        self.feed(html)
        for form, name, value, at in self._ticks:
            form.offers.setdefault(name, {})[value] = self.labels.get(at, "")

    @property
    def text(self):
        """All words of the page, with single spaces."""
        return " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._silent += 1
        start = getattr(self, f"_start_{tag}", None)
        if start:
            start(given)

    def _start_form(self, given):
        self._form = Form(given.get("action", ""), given.get("method", "get").lower())
        self.forms.append(self._form)

    def _start_a(self, given):
        self._link = [given.get("href", ""), ""]
        self.links.append(self._link)

    def _start_label(self, given):
        self._label = given.get("for", "")

    def _start_input(self, given):
        name, kind = given.get("name"), given.get("type", "text")
        if self._form is None or not name or kind in UNSENT or "disabled" in given:
            return
        value = given.get("value", "on" if kind in TICKS else "")
        if kind not in TICKS:
            self._form.sent[name] = [value]
            return
        self._ticks.append((self._form, name, value, given.get("id", "")))
        self._form.offers.setdefault(name, {})[value] = ""
        if kind == "checkbox":
            self._form.ticks.add(name)
        if "checked" in given:
            self._form.sent.setdefault(name, []).append(value)

    def _start_textarea(self, given):
        if self._form is not None and given.get("name"):
            self._area = given["name"]
            self._form.sent[self._area] = [""]

    def _start_select(self, given):
        self._select = given.get("name")
        if self._form is not None and self._select:
            self._form.offers[self._select] = {}

    def _start_option(self, given):
        if self._form is None or not self._select:
            return
        self._option = given.get("value", "")
        self._form.offers[self._select][self._option] = ""
        if "selected" in given or self._select not in self._form.sent:
            self._form.sent[self._select] = [self._option]

    def _start_button(self, given):
        if self._form is not None and given.get("type", "submit") == "submit":
            self._button = [given.get("name", ""), given.get("value", ""), ""]

    def handle_endtag(self, tag):
        if tag in {"script", "style"}:
            self._silent -= 1
        if tag == "button" and self._button:
            name, value, text = self._button
            self._form.buttons.append((" ".join(text.split()), name, value))
            self._button = None
        if tag in CLOSES:
            setattr(self, CLOSES[tag], None)

    def handle_data(self, data):
        if self._silent:
            return
        if self._area:
            self._form.sent[self._area][0] += data.removeprefix("\n")
            return
        self.words.append(data)
        words = " ".join(data.split())
        if self._option is not None:
            self._form.offers[self._select][self._option] += words
        if self._label:
            self.labels[self._label] = f"{self.labels.get(self._label, '')} {words}".strip()
        for part in (self._link, self._button):
            if part is not None:
                part[-1] += data


class Walker:
    """A visitor with a browser of their own, at one page at a time."""

    def __init__(self, name=""):
        self.name, self.client = name, Client(enforce_csrf_checks=True)
        self.response = self.page = None
        self.path = "/"

    @property
    def text(self):
        """The words of the page."""
        return self.page.text

    @property
    def html(self):
        """The page as it was sent."""
        return self.response.content.decode()

    def go(self, path, *, status=200):
        """Open an address, as a link or a bookmark would."""
        return self._arrive(self.client.get(path, follow=True), path, status)

    def follow(self, words):
        """Follow the link with these words."""
        found = [href for href, text in self.page.links if " ".join(text.split()) == words]
        assert found, f"{self.path} has no link {words!r}"
        return self.go(found[0])

    def submit(self, *, to="", **answers):
        """Fill in the form that has these fields (and leads `to` there) and send it: accepted."""
        self._send(to, answers)
        assert self.response.redirect_chain, f"refused at {self.path}: {self.complaints()}"
        return self

    def is_refused(self, *, to="", **answers):
        """Send a form that must come back; gives its complaints."""
        self._send(to, answers)
        assert not self.response.redirect_chain, f"accepted, went on to {self.path}"
        told = self.complaints()
        assert told, f"{self.path} refuses without saying why"
        return told

    def choose(self, **answers):
        """Fill in a form that only asks what to show."""
        self._send("", answers)
        return self

    def press(self, button):
        """Press a button: by its words, or by where its form leads to (ending in a slash)."""
        for form in self.page.forms:
            for text, _name, _value in form.buttons:
                if text.startswith(button):
                    return self._post(form, text)
            if button.endswith("/") and form.action.endswith(button):
                return self._post(form)
        raise AssertionError(f"{self.path} has no button {button!r}")

    def again(self):
        """Send the last form a second time, as a double click or a bad connection does."""
        method, path, data = self.last
        return self._arrive(getattr(self.client, method)(path, data, follow=True), path)

    def complaints(self):
        """What the page says is wrong."""
        html = self.html
        found = re.findall(r'class="[^"]*error-message[^"]*"[^>]*>(.*?)</', html, re.S)
        found += re.findall(r'class="[^"]*error-summary[^"]*"[^>]*>(.*?)</div>', html, re.S)
        return " | ".join(" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in found)

    def _send(self, to, answers):
        fitting = [
            form
            for form in self.page.forms
            if answers.keys() <= form.names() and (form.action or self.path).endswith(to)
        ]
        assert len(fitting) == 1, (
            f"{len(fitting)} forms at {self.path} fit {sorted(answers)}, to {to!r}"
        )
        for name, answer in answers.items():
            fitting[0].fill(name, answer)
        self._post(fitting[0])

    def _post(self, form, words=None):
        data = {name: list(values) for name, values in form.sent.items()}
        for text, name, value in form.buttons:
            if name and (words is None or text == words):
                data[name] = [value]
                break
        path = form.action or self.path
        path = f"{urlsplit(self.path).path}{path}" if path.startswith("?") else path
        self.last = (form.method, path, data)
        return self._arrive(getattr(self.client, form.method)(path, data, follow=True), path)

    def _arrive(self, response, path, status=200):
        assert response.status_code == status, f"{path}: {response.status_code}"
        chain = response.redirect_chain
        self.path = chain[-1][0] if chain else path
        self.response = response
        if response.headers["Content-Type"].startswith("text/html"):
            assert_page_is_clean(response)
            self.page = Page(self.html)
        return self
