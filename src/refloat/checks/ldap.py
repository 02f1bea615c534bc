"""Signs in to a directory and looks for entries, through the LDAP tools inside the place."""

from __future__ import annotations

from refloat.checks import CheckContext, CheckOutcome
from refloat.checks._asking import (
    PROVES,
    asked,
    could_not_run,
    failed,
    fill,
    flag,
    integer,
    judged,
    no_answer,
    passed,
    probe_program,
    proofs,
    secret,
    text,
    unable,
)
from refloat.model.errors import SecretProblem
from refloat.model.options import Option, Options, OptionType, Probe
from refloat.model.place import CommandResult, Place
from refloat.model.run import Proof

OUTPUT_LIMIT = 16 * 1024 * 1024
_CANNOT_CONTACT = 255
_INVALID_CREDENTIALS = 49
_SIZE_LIMIT_EXCEEDED = 4
# RFC 4511, 4.1.9; 255 is the tools' own -1.
_CODES = {
    1: "the directory failed inside (operations error)",
    3: "the directory gave up: its time limit was reached",
    13: "the directory wants an encrypted connection",
    32: "the base is not there",
    34: "a name in the check is no valid distinguished name",
    48: "the directory does not let that entry sign in",
    _INVALID_CREDENTIALS: "the name or the password was refused",
    50: "the account may not look there",
    51: "the directory is busy",
    52: "the directory is not available",
    53: "the directory refuses to do that",
    _CANNOT_CONTACT: "no connection to the directory",
}

# The tools read a password from a file only. The pipe is made by a shell of the component's own
# account: it could not open one that Refloat made under another.
_SCRIPT = 'cat | "$0" -y /proc/self/fd/0 "$@"'


class LdapCheck:
    """Signs in to a directory, and looks for entries."""

    name = "ldap"
    summary = "Signs in to an LDAP directory, and counts entries where a base is given."
    options = (
        Option(
            "url",
            OptionType.TEXT,
            "The directory's address.",
            required=True,
            example="ldap://127.0.0.1:389",
        ),
        Option(
            "bind_dn",
            OptionType.TEXT,
            "Who signs in; nobody (anonymous) if not given.",
            example="uid=dana.reyes,ou=people,dc=example",
        ),
        Option(
            "password", OptionType.SECRET, "That entry's password.", example="file:secrets/dentist"
        ),
        Option(
            "expect_bind",
            OptionType.BOOLEAN,
            "Whether the sign-in is to succeed; `no` proves that a wrong password is refused.",
            default=True,
            example="yes",
        ),
        Option("base", OptionType.TEXT, "Where to look for entries.", example="dc=example"),
        Option(
            "scope",
            OptionType.TEXT,
            "How deep to look: the base itself, one level, or all below.",
            default="sub",
            choices=("base", "one", "sub"),
            example="sub",
        ),
        Option(
            "filter",
            OptionType.TEXT,
            "Which entries count.",
            default="(objectClass=*)",
            example="(objectClass=inetOrgPerson)",
        ),
        Option(
            "at_least",
            OptionType.INTEGER,
            "The smallest number of entries allowed; 1 if not given.",
            example="500",
        ),
        PROVES,
    )

    def probe(self) -> Probe:
        """Run ldapwhoami to see whether it is there."""
        return probe_program(("ldapwhoami", "-VV"), "apt-get install ldap-utils")

    def complaints(self, options: Options) -> tuple[str, ...]:
        """Refuse half a sign-in, a filter that is none, and a count without a base."""
        found = []
        url = text(options, "url")
        if not url.startswith(("ldap://", "ldaps://", "ldapi://")):
            found.append("`url` begins with ldap://, ldaps:// or ldapi://")
        if ("bind_dn" in options) != ("password" in options):
            found.append("`bind_dn` and `password` go together")
        if not flag(options, "expect_bind", True):
            if "bind_dn" not in options:
                found.append("`expect_bind: no` needs `bind_dn` and `password` to be refused")
            if "base" in options:
                found.append("whoever may not sign in cannot look below a `base`")
        if "at_least" in options and "base" not in options:
            found.append("`at_least` counts entries below a `base`")
        least = integer(options, "at_least")
        if least is not None and least < 1:
            found.append(f"at least {least} entries are always there: this is a check on nothing")
        if not text(options, "filter", "(x=*)").startswith("("):
            found.append("`filter` begins with a parenthesis, such as (uid=dana.reyes)")
        return tuple(found)

    def proves(self, options: Options) -> frozenset[Proof]:
        """Give identity where somebody signs in, data where entries are counted, else answers."""
        given = [Proof.IDENTITY] if "bind_dn" in options else []
        given += [Proof.DATA] if "base" in options else []
        return proofs(options, *(given or [Proof.ANSWERS]))

    def run(self, place: Place, options: Options, context: CheckContext) -> CheckOutcome:
        """Sign in once, and search once where a base is given; names of entries are not kept."""
        expected = _expected(options)
        return asked(expected, context, lambda: _ask(place, options, context, expected))


def _expected(options: Options) -> str:
    who = "the sign-in" if "bind_dn" in options else "an anonymous question"
    if not flag(options, "expect_bind", True):
        return f"{who} is refused"
    if "base" not in options:
        return f"{who} succeeds"
    count = integer(options, "at_least") or 1
    return f"{who} succeeds, and at least {count:,} {_entries(count)} are found"


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"


def _ask(place: Place, options: Options, context: CheckContext, expected: str) -> CheckOutcome:
    signing_in = _run(place, options, context, ("ldapwhoami",), ())
    outcome = _sign_in_outcome(signing_in, options, context, expected)
    if outcome is not None:
        return outcome
    if "base" not in options:
        return passed(expected, "signed in" if "bind_dn" in options else "answered")
    search = (
        *("ldapsearch", "-LLL", "-o", "ldif_wrap=no"),
        *("-s", text(options, "scope", "sub")),
        *("-b", fill(text(options, "base"), context.variables)),
    )
    query = fill(text(options, "filter", "(objectClass=*)"), context.variables, _in_filter)
    # "1.1" asks for no attributes (RFC 4511, 4.5.1.8): entries are counted, not read.
    found = _run(place, options, context, search, (query, "1.1"))
    return _search_outcome(found, options, context, expected)


def _run(
    place: Place,
    options: Options,
    context: CheckContext,
    tool: tuple[str, ...],
    question: tuple[str, ...],
) -> CommandResult:
    seconds = max(1, int(context.timeout))
    common = ("-x", "-H", text(options, "url"), "-o", f"nettimeout={seconds}")
    who = fill(text(options, "bind_dn"), context.variables)
    password = secret(context, "password")
    if who and password is None:
        raise SecretProblem("the secret password was not handed to the check")
    arguments = (*tool, *common, *(("-D", who) if who else ()), *question)
    return place.run(
        ("/bin/sh", "-c", _SCRIPT, *arguments) if password and who else arguments,
        user=context.user,
        timeout=context.timeout,
        environment={"LC_ALL": "C", "LDAPNOINIT": "1"},
        standard_input=password.reveal().encode() if password and who else b"",
        output_limit=OUTPUT_LIMIT,
    )


def _sign_in_outcome(
    result: CommandResult, options: Options, context: CheckContext, expected: str
) -> CheckOutcome | None:
    hindrance = unable(result, "ldapwhoami")
    if hindrance:
        return could_not_run(expected, hindrance)
    if result.exit_code is None:
        return failed(expected, no_answer(context))
    wanted = flag(options, "expect_bind", True)
    if result.exit_code == _INVALID_CREDENTIALS and not wanted:
        return passed(expected, "the sign-in was refused")
    if result.exit_code != 0:
        return failed(expected, _words(result.exit_code))
    anonymous = not result.output.strip().lower().startswith(b"dn:")
    if "bind_dn" in options and anonymous:
        return failed(expected, "the directory took the sign-in for an anonymous one")
    return None if wanted else failed(expected, "the sign-in succeeded")


def _search_outcome(
    result: CommandResult, options: Options, context: CheckContext, expected: str
) -> CheckOutcome:
    if result.exit_code is None:
        return failed(expected, no_answer(context))
    if result.exit_code not in (0, _SIZE_LIMIT_EXCEEDED):
        return failed(expected, _words(result.exit_code))
    lines = result.output.splitlines()
    count = sum(1 for line in lines if line.startswith((b"dn:", b"dn::")))
    enough = count >= (integer(options, "at_least") or 1)
    return judged(expected, [(enough, f"{count:,} {_entries(count)} found")])


def _words(exit_code: int) -> str:
    return _CODES.get(exit_code, "the directory answered with an error") + f" (code {exit_code})"


def _in_filter(value: str) -> str:
    # RFC 4515, section 3: what has a meaning in a filter is written as its code.
    return "".join(f"\\{ord(sign):02x}" if sign in "\\*()\0" else sign for sign in value)


ADAPTER = LdapCheck()
