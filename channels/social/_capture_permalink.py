"""Which network a post is on, and what its address tells of it: its id, its author, and when it was posted.

Nothing is asked of any network: an address is read as text. An address in a form that is not known keeps what it says.

``@user/123456`` on any other host is taken for Mastodon, whose servers have names of their own. Ids of X, Mastodon and TikTok contain
the time (Twitter's "snowflake" and its kin; arXiv 2504.13279 for TikTok), and so do Bluesky's keys (atproto.com/specs/tid) and Instagram's
codes, which are numbers in base 64 (instagram-engineering.com, "Sharding & IDs at Instagram").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from channels.social import _capture_address
from channels.social._bluesky_text import time_of
from channels.social._capture_address import Address


@dataclass(frozen=True, slots=True)
class Permalink:
    """What an address tells. ``author`` is the name on the network without ``@``; what is not told is empty or None."""

    url: str
    platform: str = ""
    post_id: str = ""
    author: str = ""
    posted: datetime | None = None


def read(pasted: str) -> Permalink:
    """The permalink that was pasted, in one form for all who paste it. Raises ValueError where it is no address."""
    if at := re.fullmatch(r"\s*at://([^/\s]+)/app\.bsky\.feed\.post/([^/\s]+)\s*", pasted):
        pasted = f"https://bsky.app/profile/{at[1]}/post/{at[2]}"
    address = _capture_address.read(pasted)
    host = address.host.removeprefix("www.")
    for platform, hosts, reader in _NETWORKS:
        if hosts.fullmatch(host):
            found = reader(address)
            if found is not None:
                return found
            return Permalink(str(Address("https", address.host, address.path, address.query)), platform)
    return _mastodon(address) or Permalink(str(address))


def _x(address: Address) -> Permalink | None:
    found = re.match(r"/(?:i/(?:web/)?|@?(?P<user>\w{1,15})/)status(?:es)?/(?P<id>\d{1,19})(?!\d)", address.path, re.ASCII)
    if not found:
        return None
    user, number = found["user"] or "", found["id"]
    milliseconds = (int(number) >> 22) + 1_288_834_974_657 if int(number) > 30_000_000_000 else 0
    return Permalink(f"https://x.com/{user or 'i'}/status/{number}", "x", number, "" if user == "i" else user, _at(milliseconds))


def _facebook(address: Address) -> Permalink | None:
    names = address.segments
    home = "https://www.facebook.com"
    if address.host == "fb.watch" and names and _plain(names[0]):
        return Permalink(f"https://fb.watch/{names[0]}/", "facebook", f"short/{names[0]}")
    comment = address.param("reply_comment_id") or address.param("comment_id")
    url = author = post = ""
    if names[:1] in (["permalink.php"], ["story.php"]):
        post, page = address.param("story_fbid"), address.param("id")
        url = f"{home}/permalink.php?story_fbid={post}&id={page}"
    elif names[:1] in (["photo.php"], ["photo"], ["watch"]):
        kind = "v" if names[0] == "watch" else "fbid"
        post = address.param(kind)
        url = f"{home}/{'watch/' if kind == 'v' else 'photo.php'}?{kind}={post}"
    elif len(names) >= 2 and names[0] == "share":
        post = f"short/{names[-1]}"
        url = f"{home}/share/{'/'.join(names[1:])}/"
    elif len(names) >= 2 and names[0] == "reel":
        post, url = names[1], f"{home}/reel/{names[1]}"
    elif len(names) >= 4 and names[0] == "groups" and names[2] in ("posts", "permalink"):
        post, url = names[3], f"{home}/groups/{names[1]}/posts/{names[3]}"
    elif len(names) >= 3 and names[1] in ("posts", "videos", "photos"):
        author, post = names[0], names[-1]
        url = f"{home}/{author}/{names[1]}/{post}"
    if not _plain(post.removeprefix("short/")) or not re.fullmatch(r"[\w.:/?=&%-]+", url.removeprefix("https:"), re.ASCII):
        return None
    if comment.isalnum() and comment.isascii():  # somebody else's words below the post
        return Permalink(f"{url}{'&' if '?' in url else '?'}comment_id={comment}", "facebook", f"{post}/{comment}")
    return Permalink(url, "facebook", post, author if not author.isdecimal() else "")


def _instagram(address: Address) -> Permalink | None:
    found = re.match(r"/(?:([\w.]{1,30})/)?(?:p|reels?|tv)/([\w-]{5,40})(?:/c/(\d+))?(?![\w-])", address.path, re.ASCII)
    if found:
        author, code, comment = found[1] or "", found[2], found[3]
        if comment:
            return Permalink(f"https://www.instagram.com/p/{code}/c/{comment}/", "instagram", f"{code}/{comment}")
        return Permalink(f"https://www.instagram.com/p/{code}/", "instagram", code, author, _instagram_time(code))
    if story := re.match(r"/stories/([\w.]{1,30})/(\d{5,25})(?!\d)", address.path, re.ASCII):
        return Permalink(f"https://www.instagram.com/stories/{story[1]}/{story[2]}/", "instagram", story[2], story[1])
    return None


def _threads(address: Address) -> Permalink | None:
    found = re.match(r"/(?:@([\w.]{1,30})/post|t)/([\w-]{5,40})(?![\w-])", address.path, re.ASCII)
    if not found:
        return None
    user, code = found[1] or "", found[2]
    return Permalink(f"https://www.threads.com/{f'@{user}/post' if user else 't'}/{code}", "threads", code, user)


def _bluesky(address: Address) -> Permalink | None:
    found = re.match(r"/profile/([\w.:-]{3,260})/post/([\w.~:-]{1,512})(?![\w.~:-])", address.path, re.ASCII)
    if not found:
        return None
    actor, rkey = found[1].lower(), found[2]
    microseconds = time_of(rkey)
    # A key made of the time is one post's, whether its author is named by handle or by DID.
    post = rkey if microseconds else f"{actor}/{rkey}"
    posted = _at(microseconds // 1_000) if microseconds else None
    return Permalink(f"https://bsky.app/profile/{actor}/post/{rkey}", "bluesky", post, actor, posted)


def _reddit(address: Address) -> Permalink | None:
    if address.host == "redd.it":
        address = Address("https", "reddit.com", f"/comments{address.path}")
    found = re.match(
        r"/(?:(r|u|user)/([\w-]{2,40})/)?comments/([a-z0-9]{3,13})(?![a-z0-9])(?:/[^/]*)?(?:/([a-z0-9]{3,13})(?![a-z0-9]))?",
        address.path,
        re.ASCII,
    )
    if not found:
        short = re.match(r"/r/([\w-]{2,40})/s/(\w{4,20})(?!\w)", address.path, re.ASCII)
        url = f"https://www.reddit.com/r/{short[1]}/s/{short[2]}" if short else ""
        return Permalink(url, "reddit", f"short/{short[2]}") if short else None
    kind, where, post, comment = found.groups()
    below = f"{'r' if kind == 'r' else 'user'}/{where}/" if kind else ""
    author = where if kind in ("u", "user") and not comment else ""
    url = f"https://www.reddit.com/{below}comments/{post}/"
    return Permalink(f"{url}comment/{comment}/" if comment else url, "reddit", f"t1_{comment}" if comment else f"t3_{post}", author)


def _tiktok(address: Address) -> Permalink | None:
    if found := re.match(r"/@([\w.]{1,30})/(video|photo)/(\d{5,25})(?!\d)", address.path, re.ASCII):
        seconds = int(found[3]) >> 32
        return Permalink(f"https://www.tiktok.com/@{found[1]}/{found[2]}/{found[3]}", "tiktok", found[3], found[1], _at(seconds * 1_000))
    if found := re.match(r"/v/(\d{5,25})(?:\.html)?(?![\w.])", address.path, re.ASCII):
        return Permalink(f"https://www.tiktok.com/v/{found[1]}.html", "tiktok", found[1], "", _at((int(found[1]) >> 32) * 1_000))
    code = re.fullmatch(r"/(?:t/)?(\w{5,20})/?", address.path, re.ASCII)
    if code and (address.host in ("vm.tiktok.com", "vt.tiktok.com") or address.path.startswith("/t/")):
        return Permalink(f"https://vm.tiktok.com/{code[1]}/", "tiktok", f"short/{code[1]}")
    return None


def _linkedin(address: Address) -> Permalink | None:
    path = "/".join(address.segments)
    found = re.match(r"feed/update/urn:li:(activity|share|ugcPost):(\d{5,25})(?!\d)", path, re.ASCII)
    author = ""
    if not found:
        found = re.match(r"posts/[\w%.-]{1,400}?-(activity|share|ugcPost)-([0-9]{5,25})(?:-[\w-]{1,10})?\Z", path)
        if not found:
            return None
        author = path.removeprefix("posts/").partition("_")[0] if "_" in path else ""
    kind, number = found[1], found[2]
    url = f"https://www.linkedin.com/feed/update/urn:li:{kind}:{number}/"
    if comment := re.search(r"(\d{5,25})\)?\Z", address.param("commentUrn")):
        return Permalink(f"{url}?commentUrn=urn:li:comment:({kind}:{number},{comment[1]})", "linkedin", f"{number}/{comment[1]}")
    return Permalink(url, "linkedin", number, author)


def _youtube(address: Address) -> Permalink | None:
    names = address.segments
    video = address.param("v") if names[:1] == ["watch"] else ""
    if address.host == "youtu.be" and names:
        video = names[0]
    elif len(names) >= 2 and names[0] in ("shorts", "live", "embed", "v"):
        video = names[1]
    elif len(names) >= 2 and names[0] == "post" and _plain(names[1]):
        return Permalink(f"https://www.youtube.com/post/{names[1]}", "youtube", names[1])
    if not re.fullmatch(r"[\w-]{6,20}", video, re.ASCII):
        return None
    comment = address.param("lc")
    if re.fullmatch(r"[\w.-]{5,80}", comment, re.ASCII):
        return Permalink(f"https://www.youtube.com/watch?v={video}&lc={comment}", "youtube", f"{video}/{comment}")
    return Permalink(f"https://www.youtube.com/watch?v={video}", "youtube", video)


def _nextdoor(address: Address) -> Permalink | None:
    host = "nextdoor." + address.host.partition("nextdoor.")[2]
    names = address.segments
    if len(names) >= 2 and names[0] in ("p", "post") and _plain(names[1]):
        return Permalink(f"https://{host}/{names[0]}/{names[1]}", "nextdoor", names[1])
    post = address.param("post")
    if names[:1] == ["news_feed"] and _plain(post):
        return Permalink(f"https://{host}/news_feed/?post={post}", "nextdoor", post)
    return None


def _mastodon(address: Address) -> Permalink | None:
    """A status on any host: ``/@user/1234567``, ``/@user@elsewhere/…``, ``/users/user/statuses/…``, ``/web/statuses/…``."""
    found = re.fullmatch(
        r"/(?:web/|deck/)?(?:@(?P<user>[\w.-]{1,64})(?:@(?P<far>[\w.-]{3,253}))?/(?:statuses/)?|users/(?P<name>[\w.-]{1,64})/statuses/|statuses/)"
        r"(?P<id>\d{5,25}|[0-9A-HJKMNP-TV-Z]{26})(?:/embed)?/?",
        address.path,
        re.ASCII,
    )
    if not found:
        return None
    host, number, name = address.host.removeprefix("www."), found["id"], found["user"] or found["name"] or ""
    far = f"@{found['far']}" if found["far"] else ""
    below = f"@{name}{far}" if name else "statuses"
    below += "/statuses" if name and len(number) == 26 else ""
    author = f"{name}{far or '@' + host}" if name else ""
    posted = _at(int(number) >> 16) if number.isdecimal() else None
    return Permalink(f"https://{host}/{below}/{number}", "mastodon", f"{host}/{number}", author, posted)


_NETWORKS: tuple[tuple[str, re.Pattern[str], Callable[[Address], Permalink | None]], ...] = tuple(
    (platform, re.compile(hosts), reader)
    for platform, hosts, reader in (
        ("x", r"(?:(?:mobile|m)\.)?(?:x|twitter|fxtwitter|vxtwitter|fixupx|nitter)\.(?:com|net)", _x),
        ("facebook", r"(?:[a-z-]{1,12}\.)?(?:facebook|fb)\.com|fb\.watch|fb\.me", _facebook),
        ("instagram", r"(?:m\.)?(?:dd)?instagram\.com|instagr\.am", _instagram),
        ("threads", r"threads\.(?:net|com)", _threads),
        ("bluesky", r"(?:staging\.)?bsky\.app", _bluesky),
        ("reddit", r"(?:[a-z-]{1,8}\.)?reddit\.com|redd\.it", _reddit),
        ("tiktok", r"(?:(?:m|vm|vt)\.)?tiktok\.com", _tiktok),
        ("linkedin", r"(?:[a-z]{1,3}\.)?linkedin\.com", _linkedin),
        ("youtube", r"(?:(?:m|music)\.)?youtube(?:-nocookie)?\.com|youtu\.be", _youtube),
        ("nextdoor", r"(?:[a-z]{1,3}\.)?nextdoor\.(?:com|ca|fr|co\.uk|com\.au|de|it|es|nl|se|dk)", _nextdoor),
    )
)
PLATFORMS = (*(platform for platform, _hosts, _reader in _NETWORKS), "mastodon")


def _plain(name: str) -> bool:
    return re.fullmatch(r"[\w.-]{1,300}", name, re.ASCII) is not None and set(name) != {"."}


def _instagram_time(code: str) -> datetime | None:
    if len(code) > 12:  # of a private account: a secret follows the code
        return None
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    number = 0
    for letter in code:
        number = number << 6 | alphabet.index(letter)
    return _at((number >> 23) + 1_314_220_021_721)


def _at(milliseconds: int) -> datetime | None:
    """A time between 2006, when the oldest of these networks began, and 2099; None otherwise: the id was not made that way."""
    if not 1_136_073_600_000 < milliseconds < 4_070_908_800_000:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
