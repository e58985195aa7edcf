"""The catalogue in DCAT-AP 3: a module a subject. What is written here `harvest/normalise/dcat_own.py` reads back.

Sources: W3C DCAT 3; SEMIC DCAT-AP 3.0.1; the EU's authority tables; the UK cross-government metadata exchange model
for security classification and services; DQV for quality. `docs/dcat.md` tells what becomes what.
"""
