"""The feed: JSON lines in; facts of the model, or every bad line with its number and reason, out.

The format is described by ``lines`` and ``people_lines``, from which ``refloat facts schema`` and
the reference page are made. Nothing here opens a file or asks for the time.
"""

from refloat.feed.reading import KINDS as KINDS
from refloat.feed.reading import Reader as Reader
from refloat.feed.reading import Refused as Refused
from refloat.feed.reading import Understood as Understood
from refloat.feed.reading import facts as facts
from refloat.feed.reading import read as read
from refloat.feed.reading import schema as schema
from refloat.feed.reading import understand as understand
from refloat.feed.splitting import LONGEST_LINE as LONGEST_LINE
from refloat.feed.splitting import batches as batches
from refloat.feed.splitting import lines as lines
from refloat.feed.writing import kind_of as kind_of
from refloat.feed.writing import write as write
