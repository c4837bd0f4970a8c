"""Which pair somebody passed over: of several systems, a context alone does not tell whose replies were too much."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluation", "0008_annotator_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="lostlook",
            name="item",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="evaluation.item",
            ),
        ),
    ]
