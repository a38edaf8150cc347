"""Texts in the formats of which the folder of realistic files has none: one small file each with nearly all constructs."""

from __future__ import annotations

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Terms of use</title><style>p { color: black }</style></head>
<body><nav><a href="#a">To the terms</a></nav>
<h1 id="a">Terms of use</h1><p>The Supplier <b>shall</b> indemnify the <a href="https://example.com/">Customer</a>.</p>
<ol start="3"><li>First<ul><li>Inner</li></ul></li><li value="9">Second<p>more</p></li></ol>
<table><caption>Fees</caption><thead><tr><th scope="col">Month</th><th colspan="2">Fee</th></tr></thead>
<tbody><tr><td rowspan="2">April</td><td>100</td><td>円</td></tr><tr><td>200</td></tr></tbody></table>
<blockquote>Quoted<br>twice</blockquote><pre>  as it
    stands</pre><p style="display:none">not seen</p><p>秘密情報を第三者に開示してはならない。</p>
<details><summary>More</summary><dl><dt>Term</dt><dd>Meaning</dd></dl></details>
<ruby>契約<rt>けいやく</rt></ruby> <math><mi>x</mi></math> <svg><text>drawn</text></svg>
<form><input value="x"><select><option>A<option selected>B</select><textarea>written</textarea></form>
<script>document.write("no")</script><!-- a comment --></body></html>
"""

RESTRUCTURED = """==========
Agreement
==========

:Author: A. Writer
:Version: 3

.. contents::

1. Scope
========

The *Supplier* shall **indemnify** the Customer_, see `Fees`_ and [1]_ and |product|.

.. _Customer: https://example.com/
.. |product| replace:: the Product
.. [1] A note of
   two lines.

Fees
----

+--------+----------------+
| Month  | Fee            |
+========+================+
| April  | 100            |
|        +-------+--------+
|        | a     | b      |
+--------+-------+--------+

=====  =====
Left   Right
=====  =====
one    two
three  four
=====  =====

.. list-table:: Terms
   :header-rows: 1

   * - Term
     - Days
   * - Notice
     - 30

.. csv-table::

   "a", "b, c"
   1, 2

#. First

   a) inner
   b) more

#. Second

   - dash

     * star

Term
    Its meaning.

    .. warning:: Read this.

       With a list:

       (i) one
       (ii) two

Code::

    as it stands

.. code-block:: python

   print("x")

| Lines
|   as they are

    A quotation.

    -- Somebody

.. image:: picture.png
   :alt: a picture

.. include:: other.rst

.. a comment

秘密情報
--------

受託者は、第三者に開示してはならない。:sup:`2` :ref:`Fees`
"""

TEXTS = (("page.html", PAGE), ("agreement.rst", RESTRUCTURED))
