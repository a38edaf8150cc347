"""What workers and the workspace tell, in the user's language. They speak English sentences with data in them.

A sentence is known by its words, with holes for the data: that carries the data over, which a table by code could not. What is
not known stays in English, as does everything where the window speaks English.
"""

from __future__ import annotations

import re
from functools import lru_cache

from PySide6.QtCore import QCoreApplication

from app.ui import language
from app.ui.command import QT_TRANSLATE_NOOP

LONGEST = 3
"""Sentences of one entry."""

SENTENCES: tuple[str, ...] = (
    QT_TRANSLATE_NOOP("Told", "{name} is no DOCX, so it cannot be given comments."),
    QT_TRANSLATE_NOOP("Told", "Save it as DOCX in Word, analyse that, and export again."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged where comments are kept, so none can be added."),
    QT_TRANSLATE_NOOP("Told", "Open it in Word, let it be repaired, save it and analyse it again."),
    QT_TRANSLATE_NOOP("Told", "The copy of {name} could not be put under the password of the original."),
    QT_TRANSLATE_NOOP("Told", "Save a copy without a password in Word, analyse that, and export again."),
    QT_TRANSLATE_NOOP(
        "Told",
        "The document is digitally signed. The signature holds for the original, which the copy contains unchanged.",
    ),
    QT_TRANSLATE_NOOP(
        "Told",
        "The document is digitally signed. The signature holds for the original, not for the annotated copy.",
    ),
    QT_TRANSLATE_NOOP(
        "Told",
        "Word takes no comments in text boxes, notes, headers and footers. Such words are highlighted, "
        "and their comments ({count}) stand at the nearest place in the text.",
    ),
    QT_TRANSLATE_NOOP("Told", "The template {name} cannot be opened as a PowerPoint presentation."),
    QT_TRANSLATE_NOOP("Told", "Open it in PowerPoint, save it as .pptx or .potx without a password, and try again."),
    QT_TRANSLATE_NOOP("Told", "There is no passage to draw on page {number}."),
    QT_TRANSLATE_NOOP("Told", "Analyse the document again."),
    QT_TRANSLATE_NOOP("Told", "{name} is not text in an encoding that Fusen knows."),
    QT_TRANSLATE_NOOP("Told", "Save it as UTF-8, PDF or DOCX."),
    QT_TRANSLATE_NOOP("Told", "{name} is protected in a way that Fusen cannot open, or its protection is damaged."),
    QT_TRANSLATE_NOOP("Told", "Open it in Word and save a copy without a password."),
    QT_TRANSLATE_NOOP("Told", "{name} is a Word file protected by a password."),
    QT_TRANSLATE_NOOP("Told", "Enter the password to open it."),
    QT_TRANSLATE_NOOP("Told", "{name} is protected by a password and larger than 256 MiB."),
    QT_TRANSLATE_NOOP("Told", "The password does not open {name}."),
    QT_TRANSLATE_NOOP("Told", "Check the password and try again."),
    QT_TRANSLATE_NOOP("Told", "Check it and enter it again."),
    QT_TRANSLATE_NOOP("Told", "{name} is protected by a password."),
    QT_TRANSLATE_NOOP("Told", "Enter its password."),
    QT_TRANSLATE_NOOP("Told", "{name} was made by another program than Word."),
    QT_TRANSLATE_NOOP("Told", "Save it as DOCX or PDF and open that."),
    QT_TRANSLATE_NOOP("Told", "{name} is protected by a password of the old Word, which Fusen cannot open."),
    QT_TRANSLATE_NOOP("Told", "Open it in Word and save a copy as DOCX."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged and cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Ask for the file again, or save it anew in Word."),
    QT_TRANSLATE_NOOP("Told", "{name} is not a Word document."),
    QT_TRANSLATE_NOOP("Told", "{name} unpacks to more than Fusen accepts."),
    QT_TRANSLATE_NOOP("Told", "Split it and open the parts, or save it as PDF."),
    QT_TRANSLATE_NOOP("Told", "{name} could not be read ({reason})."),
    QT_TRANSLATE_NOOP("Told", "Check the disk or the network."),
    QT_TRANSLATE_NOOP("Told", "{name} may not be read."),
    QT_TRANSLATE_NOOP("Told", "Ask for the right to read it, or copy it."),
    QT_TRANSLATE_NOOP("Told", "{name} does not exist."),
    QT_TRANSLATE_NOOP("Told", "Check the name and the folder."),
    QT_TRANSLATE_NOOP("Told", "{name} is a folder."),
    QT_TRANSLATE_NOOP("Told", "Choose a document in it."),
    QT_TRANSLATE_NOOP("Told", "{name} is not an ordinary file."),
    QT_TRANSLATE_NOOP("Told", "Copy its content to a file and open that."),
    QT_TRANSLATE_NOOP("Told", "{name} is empty."),
    QT_TRANSLATE_NOOP("Told", "Ask for the file again."),
    QT_TRANSLATE_NOOP("Told", "{name} is larger than {size}."),
    QT_TRANSLATE_NOOP("Told", "Split it and open the parts."),
    QT_TRANSLATE_NOOP(
        "Told", "The file may be damaged or made to do harm. Open a copy that was saved anew by another program."
    ),
    QT_TRANSLATE_NOOP(
        "Told", "The file may be damaged or very complicated. Open a copy that was saved anew by another program."
    ),
    QT_TRANSLATE_NOOP("Told", "{name} stopped the program that reads it, at every page."),
    QT_TRANSLATE_NOOP("Told", "{name} took too long to read and was given up."),
    QT_TRANSLATE_NOOP("Told", "{name} needs more memory than a document may take."),
    QT_TRANSLATE_NOOP("Told", "{name} unpacks to more than can be read."),
    QT_TRANSLATE_NOOP("Told", "{name} is not a document that Fusen reads."),
    QT_TRANSLATE_NOOP("Told", "Open a PDF, DOCX, HTML, Markdown, reStructuredText or text file."),
    QT_TRANSLATE_NOOP("Told", "{name} is a document in RTF."),
    QT_TRANSLATE_NOOP("Told", "Save it as DOCX and open that."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged: its beginning is missing."),
    QT_TRANSLATE_NOOP(
        "Told", "{name} was made by an old Word. Fusen reads such files only where LibreOffice is installed."
    ),
    QT_TRANSLATE_NOOP("Told", "Save it as DOCX and open that, or install LibreOffice."),
    QT_TRANSLATE_NOOP(
        "Told", "{name} was made by an old Word, and LibreOffice, which converts such files, did not start."
    ),
    QT_TRANSLATE_NOOP("Told", "{name} is not a PDF, whatever its name says."),
    QT_TRANSLATE_NOOP("Told", "Open the original file."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged and has no page that can be shown."),
    QT_TRANSLATE_NOOP("Told", "Ask for the file again, or for another copy."),
    QT_TRANSLATE_NOOP("Told", "{name} has more than {count} pages."),
    QT_TRANSLATE_NOOP("Told", "{name} has more than {count} lines."),
    QT_TRANSLATE_NOOP("Told", "{name} is longer than {size} MiB of text."),
    QT_TRANSLATE_NOOP("Told", "{name} holds no text."),
    QT_TRANSLATE_NOOP("Told", "{name} holds no text that could be analysed."),
    QT_TRANSLATE_NOOP("Told", "Open the document in the program that it was made with, and look for its text there."),
    QT_TRANSLATE_NOOP("Told", "{name} has {count} characters; Fusen reads up to {most} at once."),
    QT_TRANSLATE_NOOP("Told", "Split it, for example at its chapters or exhibits, and open the parts."),
    QT_TRANSLATE_NOOP("Told", "{name} could not be converted from the old Word's format."),
    QT_TRANSLATE_NOOP("Told", "Open it in Word, save it as DOCX, and open that."),
    QT_TRANSLATE_NOOP("Told", "{name} took too long to convert from the old Word's format."),
    QT_TRANSLATE_NOOP("Told", "The {worker} stopped unexpectedly at {name}."),
    QT_TRANSLATE_NOOP("Told", "The {worker} stopped unexpectedly."),
    QT_TRANSLATE_NOOP("Told", "It starts again by itself, and other documents are not affected."),
    QT_TRANSLATE_NOOP("Told", "The file may be damaged, or too large for this machine's memory."),
    QT_TRANSLATE_NOOP("Told", "{name} made no progress for {seconds} seconds and was stopped."),
    QT_TRANSLATE_NOOP("Told", "The name of {name} is not valid text."),
    QT_TRANSLATE_NOOP("Told", "Rename the file and open it again."),
    QT_TRANSLATE_NOOP("Told", "No file can be written in the system's folder for temporary files."),
    QT_TRANSLATE_NOOP("Told", "Free some space and try again."),
    QT_TRANSLATE_NOOP("Told", "There was not enough memory for {name}."),
    QT_TRANSLATE_NOOP("Told", "Fusen failed at {name} because of a fault of its own."),
    QT_TRANSLATE_NOOP("Told", "Other documents are not affected. Please report this fault together with the log."),
    QT_TRANSLATE_NOOP("Told", "Please report this fault."),
    QT_TRANSLATE_NOOP("Told", "A GPU was asked for, and PyTorch finds none that it can use."),
    QT_TRANSLATE_NOOP("Told", "Choose the device auto or cpu, or install a driver and a PyTorch that fit the GPU."),
    QT_TRANSLATE_NOOP("Told", "The GPU has not enough memory for this document."),
    QT_TRANSLATE_NOOP("Told", "Choose the device cpu, or close other programs that use the GPU, and try again."),
    QT_TRANSLATE_NOOP("Told", "There is not enough memory for this document."),
    QT_TRANSLATE_NOOP("Told", "There is not enough memory for this page."),
    QT_TRANSLATE_NOOP("Told", "Close other documents or programs."),
    QT_TRANSLATE_NOOP("Told", "Close other documents or programs, or split the file, and try again."),
    QT_TRANSLATE_NOOP("Told", "The model's weights are missing or damaged."),
    QT_TRANSLATE_NOOP("Told", "Install Fusen again; your documents and decisions are not affected."),
    QT_TRANSLATE_NOOP("Told", "{name} belongs to another program."),
    QT_TRANSLATE_NOOP("Told", "Choose a file that Fusen made, or a new name."),
    QT_TRANSLATE_NOOP("Told", "{name} was made by a newer version of Fusen."),
    QT_TRANSLATE_NOOP("Told", "Install the current version of Fusen to open it; the file was not changed."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged or is not a Fusen workspace."),
    QT_TRANSLATE_NOOP(
        "Told",
        "It was left untouched. `fusen recover` with its name makes a new workspace of all that can still be read.",
    ),
    QT_TRANSLATE_NOOP("Told", "The copy of {name} that is made before an update is not whole, so nothing was changed."),
    QT_TRANSLATE_NOOP("Told", "Check the disk that it lies on, then try again."),
    QT_TRANSLATE_NOOP("Told", "{name} is to be updated, and there is no space for a copy of it beforehand."),
    QT_TRANSLATE_NOOP("Told", "Free {number} MB on the disk that holds it and open it again; nothing was changed."),
    QT_TRANSLATE_NOOP("Told", "{name} could not be updated."),
    QT_TRANSLATE_NOOP("Told", "It is as it was before, and a copy of it is {copy} in the same folder."),
    QT_TRANSLATE_NOOP("Told", "{name} lies on a network drive and is in use."),
    QT_TRANSLATE_NOOP("Told", "{name} lies on a network drive and is in use by {user} on {machine}."),
    QT_TRANSLATE_NOOP("Told", "Close it there and try again, or keep the workspace on a disk of this computer."),
    QT_TRANSLATE_NOOP("Told", "Nothing of it can be read."),
    QT_TRANSLATE_NOOP("Told", "Open one of the copies beside it, if there are any."),
    QT_TRANSLATE_NOOP("Told", "There is a file {name} already."),
    QT_TRANSLATE_NOOP("Told", "Choose a name that is not taken."),
    QT_TRANSLATE_NOOP("Told", "{name} is too large to be kept inside the workspace."),
    QT_TRANSLATE_NOOP("Told", "Files up to one gigabyte can be."),
    QT_TRANSLATE_NOOP("Told", "{name} was changed since it was opened, and is not kept inside the workspace."),
    QT_TRANSLATE_NOOP("Told", "Open it again and keep it then."),
    QT_TRANSLATE_NOOP("Told", "{name} is kept inside {workspace}, but cannot be read from it."),
    QT_TRANSLATE_NOOP("Told", "Open the file itself if you still have it; the decisions are kept."),
    QT_TRANSLATE_NOOP("Told", "There is no place to write {name} to."),
    QT_TRANSLATE_NOOP("Told", "The workspace {name} cannot be opened for writing."),
    QT_TRANSLATE_NOOP(
        "Told", "Check the rights of the file and its folder, or choose another place for the workspace."
    ),
    QT_TRANSLATE_NOOP("Told", "Another window or program is writing to {name}."),
    QT_TRANSLATE_NOOP("Told", "Wait until it is done, or close it, and try again."),
    QT_TRANSLATE_NOOP("Told", "There is no space left on the disk that holds {name}."),
    QT_TRANSLATE_NOOP("Told", "Free some space and try again; nothing that was saved before is lost."),
    QT_TRANSLATE_NOOP("Told", "The disk that holds {name} reported an error."),
    QT_TRANSLATE_NOOP("Told", "Check that the drive is connected and not full, then try again."),
    QT_TRANSLATE_NOOP("Told", "An analysis that is stored in {name} cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Analyse the document again; the decisions are kept."),
    QT_TRANSLATE_NOOP("Told", "Opening was cancelled."),
    QT_TRANSLATE_NOOP("Told", "Open the file again when you want to."),
    QT_TRANSLATE_NOOP("Told", "The analysis was cancelled."),
    QT_TRANSLATE_NOOP("Told", "The printer does not take the document."),
    QT_TRANSLATE_NOOP("Told", "The folder {folder} does not exist."),
    QT_TRANSLATE_NOOP("Told", "Choose a folder that exists."),
    QT_TRANSLATE_NOOP("Told", "No folder is chosen."),
    QT_TRANSLATE_NOOP("Told", "Choose one, or enter its whole path."),
    QT_TRANSLATE_NOOP("Told", "{path} is a file."),
    QT_TRANSLATE_NOOP("Told", "Choose a folder."),
    QT_TRANSLATE_NOOP("Told", "Nothing may be written in the folder {folder}."),
    QT_TRANSLATE_NOOP("Told", "Choose another folder."),
    QT_TRANSLATE_NOOP("Told", "There is no space left to write {name}."),
    QT_TRANSLATE_NOOP("Told", "{path} cannot be written."),
    QT_TRANSLATE_NOOP("Told", "Close it if another program has it open, or choose another name or folder."),
    QT_TRANSLATE_NOOP("Told", "{name} is the original and is not overwritten."),
    QT_TRANSLATE_NOOP("Told", "Choose another name for the copy."),
    QT_TRANSLATE_NOOP("Told", "The export would overwrite the document itself."),
    QT_TRANSLATE_NOOP("Told", "Choose another name."),
    QT_TRANSLATE_NOOP("Told", "A file {name} has come into the folder meanwhile."),
    QT_TRANSLATE_NOOP("Told", "Write once more."),
    QT_TRANSLATE_NOOP("Told", "The template {name} is not there."),
    QT_TRANSLATE_NOOP("Told", "Choose another one, or none."),
    QT_TRANSLATE_NOOP("Told", "The document is not in this workspace any more."),
    QT_TRANSLATE_NOOP("Told", "Open it again."),
    QT_TRANSLATE_NOOP("Told", "{name} has changed since it was analysed."),
    QT_TRANSLATE_NOOP("Told", "Analyse it again, or restore the version that was analysed."),
    QT_TRANSLATE_NOOP("Told", "Check it, or choose another."),
    QT_TRANSLATE_NOOP("Told", "Something went wrong: {reason}"),
    QT_TRANSLATE_NOOP("Told", "Please report this as a bug."),
    QT_TRANSLATE_NOOP(
        "Told", "The model had no reviewer's labels in Japanese to learn from and misses more than in English."
    ),
    QT_TRANSLATE_NOOP("Told", "Read more than it selected."),
    QT_TRANSLATE_NOOP(
        "Told",
        "The model learnt from few reports: the share of important passages that its selection finds is not assured.",
    ),
    QT_TRANSLATE_NOOP(
        "Told",
        "Answers to what you look for were checked on English contracts only: trust the order more than the percentages.",
    ),
    QT_TRANSLATE_NOOP("Told", "The file does not say its encoding. It was read as {encoding}, by its looks."),
    QT_TRANSLATE_NOOP("Told", "Control characters that are no text were left out."),
    QT_TRANSLATE_NOOP("Told", "Parts of the text are not in its encoding and appear as �."),
    QT_TRANSLATE_NOOP("Told", "Invisible characters change the order of letters: the text may read otherwise."),
    QT_TRANSLATE_NOOP("Told", "The text held characters that no reader sees; they were left out."),
    QT_TRANSLATE_NOOP("Told", "Parts of the file are missing or damaged and were not read: {parts}."),
    QT_TRANSLATE_NOOP("Told", "The document holds no text, so there is nothing to analyse."),
    QT_TRANSLATE_NOOP("Told", "The file holds macros. They were not run."),
    QT_TRANSLATE_NOOP("Told", "The document has {count} tracked changes that are not settled."),
    QT_TRANSLATE_NOOP("Told", "Inserted and moved words are read as text, deleted words are not."),
    QT_TRANSLATE_NOOP(
        "Told", "Pictures or other content lie outside the file, at addresses that it names. They were not fetched."
    ),
    QT_TRANSLATE_NOOP("Told", "The content of another file is embedded in the document. It was not read."),
    QT_TRANSLATE_NOOP("Told", "The file refers to a template elsewhere. It was not fetched."),
    QT_TRANSLATE_NOOP("Told", "The file is of the old Word's format. It was read through a conversion by LibreOffice."),
    QT_TRANSLATE_NOOP("Told", "The file is {kind}, though its name says otherwise."),
    QT_TRANSLATE_NOOP("Told", "Page {pages} took too long and was left out."),
    QT_TRANSLATE_NOOP("Told", "Pages {pages} took too long and were left out."),
    QT_TRANSLATE_NOOP("Told", "Page {pages} needed too much memory and was left out."),
    QT_TRANSLATE_NOOP("Told", "Pages {pages} needed too much memory and were left out."),
    QT_TRANSLATE_NOOP("Told", "Page {pages} would unpack to more than 128 MB and was left out."),
    QT_TRANSLATE_NOOP("Told", "Pages {pages} would unpack to more than 128 MB and were left out."),
    QT_TRANSLATE_NOOP("Told", "Page {pages} stopped the program that reads it and was left out."),
    QT_TRANSLATE_NOOP("Told", "Pages {pages} stopped the program that reads it and were left out."),
    QT_TRANSLATE_NOOP("Told", "The file was damaged and has been repaired; something may be missing."),
    QT_TRANSLATE_NOOP("Told", "These pages could not be read: {pages}."),
    QT_TRANSLATE_NOOP("Told", "Whether all the text is seen could not be checked on these pages: {pages}."),
    QT_TRANSLATE_NOOP(
        "Told", "The text of {pages} was recognised in a picture (OCR) and may be wrong; compare it with the page."
    ),
    QT_TRANSLATE_NOOP("Told", "Page {page} was recognised from a picture, so words may be wrong ({sure})."),
    QT_TRANSLATE_NOOP(
        "Told",
        "Pages {pages} were recognised from pictures, so words may be wrong; the least sure is page {page} ({sure}).",
    ),
    QT_TRANSLATE_NOOP("Told", "These pages could not be recognised: {pages}."),
    QT_TRANSLATE_NOOP("Told", "This machine has no keyring of the system in which a key could be kept."),
    QT_TRANSLATE_NOOP("Told", "The passphrase is asked for at each start."),
    QT_TRANSLATE_NOOP("Told", "The keyring of the system did not take the key."),
    QT_TRANSLATE_NOOP(
        "Told", "Unlock the keyring and try again. The passphrase is asked for at each start until then."
    ),
    QT_TRANSLATE_NOOP("Told", "{name} could not be copied without a fault."),
    QT_TRANSLATE_NOOP("Told", "The workspace was left as it is. Check the disk, and try again."),
    QT_TRANSLATE_NOOP("Told", "The protection of {name} was changed by another program."),
    QT_TRANSLATE_NOOP("Told", "Close Fusen and open the workspace again."),
    QT_TRANSLATE_NOOP("Told", "{name} was moved, deleted or replaced by another file while it was open."),
    QT_TRANSLATE_NOOP(
        "Told",
        "Nothing more can be stored in it. Put the workspace back in its place, then close Fusen and open it again.",
    ),
    QT_TRANSLATE_NOOP("Told", "{name} is in use."),
    QT_TRANSLATE_NOOP("Told", "Close it everywhere else and try again."),
    QT_TRANSLATE_NOOP(
        "Told", "Another window or program is reading {name}, so its log still holds what was forgotten."
    ),
    QT_TRANSLATE_NOOP("Told", "Close it, and forget the document again or close Fusen: the log is emptied then."),
    QT_TRANSLATE_NOOP("Told", "The workspace {path} cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Check the rights of the file and its folder."),
    QT_TRANSLATE_NOOP("Told", "The library that encrypts workspaces (SQLCipher) cannot be loaded on this machine."),
    QT_TRANSLATE_NOOP("Told", "Install Fusen anew, or use the workspace on another machine."),
    QT_TRANSLATE_NOOP("Told", "{name} is not a Word template."),
    QT_TRANSLATE_NOOP("Told", "Choose a file that ends in .docx or .dotx."),
    QT_TRANSLATE_NOOP("Told", "{name} is not a PowerPoint template."),
    QT_TRANSLATE_NOOP("Told", "Choose a file that ends in .pptx or .potx."),
    QT_TRANSLATE_NOOP("Told", "The template {name} cannot be opened as a Word document."),
    QT_TRANSLATE_NOOP("Told", "Open it in Word, save it as .docx or .dotx without a password, and try again."),
    QT_TRANSLATE_NOOP("Told", "The template {name} does not exist."),
    QT_TRANSLATE_NOOP("Told", "Choose another file."),
    QT_TRANSLATE_NOOP("Told", "The template {name} cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Close it if another program has it open, or choose another file."),
    QT_TRANSLATE_NOOP("Told", "The template {name} is too large."),
    QT_TRANSLATE_NOOP("Told", "Choose one without large pictures."),
    QT_TRANSLATE_NOOP("Told", "No finding has a due date, so there is no calendar to write."),
    QT_TRANSLATE_NOOP("Told", "Give findings a due date, or choose another format."),
    QT_TRANSLATE_NOOP("Told", "{name} is damaged or is not a review that was handed over."),
    QT_TRANSLATE_NOOP("Told", "Choose a file that Fusen wrote, or ask for the review to be handed over again."),
    QT_TRANSLATE_NOOP("Told", "{name} is larger than any review."),
    QT_TRANSLATE_NOOP("Told", "Ask for the review to be handed over again."),
    QT_TRANSLATE_NOOP("Told", "{name} was changed after it was signed, or is damaged."),
    QT_TRANSLATE_NOOP("Told", "{name} was handed over by a newer version of Fusen."),
    QT_TRANSLATE_NOOP("Told", "Install the current version of Fusen."),
    QT_TRANSLATE_NOOP("Told", "Nothing was decided yet that could be handed over."),
    QT_TRANSLATE_NOOP("Told", "Decide on findings first."),
    QT_TRANSLATE_NOOP("Told", "{name} reviewed other documents, or other versions of them: {documents}."),
    QT_TRANSLATE_NOOP("Told", "Open the very same files first; decisions on another version cannot be merged."),
    QT_TRANSLATE_NOOP("Told", "There is no file {name}."),
    QT_TRANSLATE_NOOP("Told", "Check its name and folder."),
    QT_TRANSLATE_NOOP("Told", "The file {name} cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Check its rights."),
    QT_TRANSLATE_NOOP("Told", "These are your own decisions, which you have handed over yourself."),
    QT_TRANSLATE_NOOP("Told", "Choose a file that another reviewer handed over."),
    QT_TRANSLATE_NOOP("Told", "{name} holds no analysed document."),
    QT_TRANSLATE_NOOP("Told", "Analyse a document first."),
    QT_TRANSLATE_NOOP("Told", "{name} lies on a network drive and is in use{by}."),
    QT_TRANSLATE_NOOP("Told", "The passphrase does not open {name}."),
    QT_TRANSLATE_NOOP(
        "Told",
        "Try again; upper and lower case count. Without the passphrase nobody can open the workspace, Fusen neither.",
    ),
    QT_TRANSLATE_NOOP("Told", "The passphrase is too short: {least} characters are the least."),
    QT_TRANSLATE_NOOP("Told", "Several words that do not belong together are easy to keep in mind and hard to guess."),
    QT_TRANSLATE_NOOP("Told", "{name} is encrypted already."),
    QT_TRANSLATE_NOOP("Told", "Change its passphrase instead."),
    QT_TRANSLATE_NOOP("Told", "{name} is not encrypted."),
    QT_TRANSLATE_NOOP("Told", "Encrypt it first."),
    QT_TRANSLATE_NOOP("Told", "This document is itself an earlier version of that one."),
    QT_TRANSLATE_NOOP("Told", "Open the newer of both and choose the older one as what it is a version of."),
    QT_TRANSLATE_NOOP("Told", "Both versions must have been analysed."),
    QT_TRANSLATE_NOOP("Told", "Open the other document first."),
    QT_TRANSLATE_NOOP("Told", "Only analysed documents can be compared."),
    QT_TRANSLATE_NOOP("Told", "Analyse both documents first."),
    QT_TRANSLATE_NOOP("Told", "{name} is not kept inside the workspace."),
    QT_TRANSLATE_NOOP("Told", "Open the file itself."),
    QT_TRANSLATE_NOOP("Told", "Find the file first."),
    QT_TRANSLATE_NOOP("Told", "{name} cannot be read."),
    QT_TRANSLATE_NOOP("Told", "Check the rights of the file."),
    QT_TRANSLATE_NOOP("Told", "Keeping the file was cancelled."),
    QT_TRANSLATE_NOOP(
        "Told",
        "The file holds two encodings: {count} of its lines, from line {line} on, were read as {encoding}, the others as UTF-8.",
    ),
    QT_TRANSLATE_NOOP("Told", "Check these lines."),
    QT_TRANSLATE_NOOP("Told", "{name} has more than {count} tags."),
    QT_TRANSLATE_NOOP("Told", "This {noun} holds text that no reader sees ({count} characters); it was left out."),
    QT_TRANSLATE_NOOP("Told", "This {noun} holds scripts or links that start one; nothing was run."),
    QT_TRANSLATE_NOOP("Told", "This {noun} asks for pictures or other parts from elsewhere; nothing was fetched."),
    QT_TRANSLATE_NOOP("Told", "Some of the text is struck through; it was read like the rest."),
    QT_TRANSLATE_NOOP(
        "Told",
        "The source holds {count} comments that readers of the finished document do not see; they are shown as notes.",
    ),
    QT_TRANSLATE_NOOP(
        "Told", "The source holds a comment that readers of the finished document do not see; it is shown as a note."
    ),
    QT_TRANSLATE_NOOP(
        "Told", "The text is too long or too deeply nested for its marks to be understood: it was read as plain text."
    ),
    QT_TRANSLATE_NOOP("Told", "The document asks to take in other files; none was read."),
    QT_TRANSLATE_NOOP("Told", "Page {pages} holds text that no reader sees ({why})."),
    QT_TRANSLATE_NOOP("Told", "Pages {pages} hold text that no reader sees ({why})."),
    QT_TRANSLATE_NOOP("Told", "It was left out, since it could mislead."),
    QT_TRANSLATE_NOOP(
        "Told",
        "Text that no reader sees (hidden, too small, or in the colour of its ground; {count} characters) was left out.",
    ),
    QT_TRANSLATE_NOOP("Told", "It begins: “{excerpt}”"),
    QT_TRANSLATE_NOOP("Told", "The file is damaged in parts that hold no text of the document: {parts}."),
    QT_TRANSLATE_NOOP("Told", "Parts of the file with unsafe or unreadable names were ignored: {parts}."),
    QT_TRANSLATE_NOOP("Told", "{name} holds two versions of one part, so programs would show different texts."),
    QT_TRANSLATE_NOOP("Told", "Do not rely on this file."),
    QT_TRANSLATE_NOOP("Told", "Ask for it again, or have it saved anew in Word."),
    QT_TRANSLATE_NOOP("Told", "The pages are pictures without text, so there is nothing to analyse."),
    QT_TRANSLATE_NOOP("Told", "These pages have no text and were not read: {pages}."),
    QT_TRANSLATE_NOOP("Told", "Recognition of pictures was switched off."),
    QT_TRANSLATE_NOOP("Told", "Fusen recognises pictures once its recogniser is installed: {command}."),
    QT_TRANSLATE_NOOP("Told", "No words were found in their pictures."),
    QT_TRANSLATE_NOOP(
        "Told",
        "The text of page {pages} is not seen, for a picture shows the page: "
        "another program recognised it, and words may be wrong.",
    ),
    QT_TRANSLATE_NOOP(
        "Told",
        "The text of pages {pages} is not seen, for a picture shows the page: "
        "another program recognised it, and words may be wrong.",
    ),
    QT_TRANSLATE_NOOP(
        "Told", "The text of page {pages} cannot be understood: the file does not say which letters it shows."
    ),
    QT_TRANSLATE_NOOP(
        "Told", "The text of pages {pages} cannot be understood: the file does not say which letters it shows."
    ),
    QT_TRANSLATE_NOOP(
        "Told", "It can be recognised again: by Review, Recognise again in the window, or with --ocr redo."
    ),
    QT_TRANSLATE_NOOP("Told", "Fusen recognises it anew once its recogniser is installed: {command}."),
    QT_TRANSLATE_NOOP("Told", "The text that the file gives for page {pages} is not what is shown there."),
    QT_TRANSLATE_NOOP("Told", "The text that the file gives for pages {pages} is not what is shown there."),
    QT_TRANSLATE_NOOP("Told", "The file does not say which letters page {pages} shows; the text may be wrong."),
    QT_TRANSLATE_NOOP("Told", "The file does not say which letters pages {pages} show; the text may be wrong."),
    QT_TRANSLATE_NOOP("Told", "Recognise the text anew (OCR), or compare it with the pages."),
    QT_TRANSLATE_NOOP("Told", "Page {page} holds an image of {width} × {height} pixels, which is not shown."),
    QT_TRANSLATE_NOOP("Told", "Page {page} holds an image of {width} × {height} pixels; showing it may take long."),
    QT_TRANSLATE_NOOP("Told", "So do these pages: {pages}."),
    QT_TRANSLATE_NOOP("Told", "Page {page} took too long to be drawn and was left out."),
    QT_TRANSLATE_NOOP("Told", "Page {page} is too large to be shown at this size."),
    QT_TRANSLATE_NOOP("Told", "Show it smaller."),
    QT_TRANSLATE_NOOP("Told", "Page {page} unpacks to too much."),
    QT_TRANSLATE_NOOP("Told", "Other pages can be shown."),
    QT_TRANSLATE_NOOP("Told", "Page {page} cannot be drawn."),
    QT_TRANSLATE_NOOP("Told", "Other pages may be whole."),
    QT_TRANSLATE_NOOP("Told", "The file holds scripts (JavaScript), which were not run."),
    QT_TRANSLATE_NOOP("Told", "The file asks to start another program or file, which was not done."),
    QT_TRANSLATE_NOOP("Told", "The file would send what is filled in to another machine, which was not done."),
    QT_TRANSLATE_NOOP("Told", "The file would take in data from another file, which was not done."),
    QT_TRANSLATE_NOOP("Told", "The file leads to places in other files, which were not opened."),
    QT_TRANSLATE_NOOP("Told", "The file asks to open a web page by itself, which was not done."),
    QT_TRANSLATE_NOOP("Told", "The file holds sound, film or a model in 3D, which was not played."),
    QT_TRANSLATE_NOOP("Told", "The file holds other files, which were not opened or read."),
    QT_TRANSLATE_NOOP(
        "Told", "The file holds a form (XFA) that only some programs show; what is filled in there may be missing here."
    ),
)

PIECES: tuple[str, ...] = (
    QT_TRANSLATE_NOOP("Told", "page"),
    QT_TRANSLATE_NOOP("Told", "document"),
    QT_TRANSLATE_NOOP("Told", "it is not painted"),
    QT_TRANSLATE_NOOP("Told", "it has the colour of what lies behind it"),
    QT_TRANSLATE_NOOP("Told", "something is painted over it"),
    QT_TRANSLATE_NOOP("Told", "it is too small to be read"),
    QT_TRANSLATE_NOOP("Told", "it lies outside of what is shown"),
    QT_TRANSLATE_NOOP("Told", "it belongs to a layer that is switched off"),
    QT_TRANSLATE_NOOP("Told", "it stands in a comment that is hidden"),
)
"""Words that stand in holes of sentences, several of them with a semicolon between."""
_PAGES = re.compile(r" \(pages? ([^()]+)\)\.\Z")
"""Where something stands, at the end of a sentence about the file."""


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    # Those with the longest fixed words first: a hole must not swallow what another sentence says.
    ordered = sorted(SENTENCES, key=lambda sentence: -len(re.sub(r"{\w+}", "", sentence)))
    return tuple((_pattern(sentence), sentence) for sentence in ordered)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"{(\w+)}", sentence)
    fixed_and_holes = (f"(?P<{part}>.+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile("".join(fixed_and_holes), re.DOTALL)


def told(text: str) -> str:
    """The text in the user's language if all of its sentences are known, else as it is."""
    parts = re.split(r"(?<=\.) (?=[A-Z])", text)
    said: list[str] = []
    place = 0
    while place < len(parts):
        # An entry may be of two sentences; the shortest that is known first, so that no hole takes in what follows.
        ends = range(place + 1, min(place + LONGEST, len(parts)) + 1)
        known = ((end, _sentence(" ".join(parts[place:end]))) for end in ends)
        end, translated = next(((end, found) for end, found in known if found is not None), (0, ""))
        if not end:
            return _sentence(text) or text
        said.append(translated)
        place = end
    return ("" if language.current() == "ja" else " ").join(said)


def _sentence(text: str) -> str | None:
    for pattern, sentence in _patterns():
        if (found := pattern.fullmatch(text)) is not None:
            translated = QCoreApplication.translate("Told", sentence)
            return translated.format(**{hole: _piece(words) for hole, words in found.groupdict().items()})
    if (where := _PAGES.search(text)) is not None and (about := _sentence(f"{text[: where.start()]}.")) is not None:
        pages = QCoreApplication.translate("Told", "{sentence} (pages {pages}).")
        return pages.format(sentence=about.rstrip(".。"), pages=where[1])
    return None


def _piece(words: str) -> str:
    parts = words.split("; ")
    if not set(PIECES).issuperset(parts):
        return words
    return QCoreApplication.translate("Told", "; ").join(QCoreApplication.translate("Told", part) for part in parts)
